"""The operator's command line: the stack on this machine, and a deployed one."""
