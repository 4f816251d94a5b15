"""The template against the code, and our own lint rules, each shown to be able to fail.

Comes in: ``template.yaml``. Goes out: assertions.
"""

from __future__ import annotations

import copy
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cfnlint.api import lint
from cfnlint.rules import RulesCollection

import compactor.handler
import searcher.handler
from fetcher.settings import FetchSettings
from newsdesk.runtime import FunctionSettings
from newsdesk.web import RefusedUse, parse_policy
from newsdesk_cli import deployment, local_stack
from newsdesk_cli.paths import ROOT, TEMPLATE
from newsdesk_cli.templates import Template, function_packages, function_variables, load_template, packaged_resources

AS_WRITTEN = load_template(TEMPLATE)
PACKAGES = function_packages(AS_WRITTEN)
LOCAL_ONLY = {"NEWSDESK_ALLOWED_NETWORKS"}
QUEUES = (
    "SubmitQueue",
    "FetchQueue",
    "ExtractQueue",
    "EnrichQueue",
    "IndexQueue",
    "EmbedQueue",
    "CompactQueue",
    "InboxQueue",
    "DiscoverQueue",
)


@pytest.fixture
def template() -> Template:
    """The template, read once for all tests; each has a copy of its own, because some spoil it."""
    return copy.deepcopy(AS_WRITTEN)


def settings_of(package: str) -> type[FunctionSettings]:
    module = importlib.import_module(f"{package}.settings")
    (found,) = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, FunctionSettings) and value.__module__ == module.__name__
    ]
    return found


def variables_read_by(package: str) -> set[str]:
    return {f"NEWSDESK_{name.upper()}" for name in settings_of(package).model_fields}


def environment() -> dict[str, str]:
    """The environment without what an outer make has put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


class TestReferences:
    def test_everything_that_is_referred_to_is_there(self, template: Template) -> None:
        # Given every name that a part of the template refers to
        text = TEMPLATE.read_text(encoding="utf-8")
        names = set(re.findall(r"!Ref ([A-Za-z]+)(?![A-Za-z:])", text))
        # When / Then
        assert names <= {*template["Parameters"], *template["Resources"]}


def _parameter_of(template: Template, value: Any) -> dict[str, Any]:
    """Return the parameter that a variable's value refers to; of a condition's values the one without it."""
    plain = value["Fn::If"][2] if isinstance(value, dict) and "Fn::If" in value else value
    return template["Parameters"].get(plain.get("Ref"), {}) if isinstance(plain, dict) else {"Default": plain}


class TestRedrive:
    def test_every_dead_letter_queue_is_named_by_the_queue_that_it_belongs_to(self, template: Template) -> None:
        # Given dead-letter queues, into some of which an event bus puts what came from no queue
        resources = template["Resources"]
        fed_by_a_bus = {
            target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
            for resource in resources.values()
            if resource["Type"] == "AWS::Events::Rule"
            for target in resource["Properties"]["Targets"]
            if "DeadLetterConfig" in target
        }
        assert fed_by_a_bus == {"SubmitDeadLetterQueue", "EmbedDeadLetterQueue"}
        # When / Then: redrive finds each by its queue's redrive policy, whatever fed it
        policies = {
            name: resource["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
            for name, resource in resources.items()
            if resource["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" in resource["Properties"]
        }
        assert {name.removesuffix("Queue") + "DeadLetterQueue": name for name in policies} == {
            dead: name for name, dead in policies.items()
        }
        assert {name for name in resources if name.endswith("DeadLetterQueue")} == set(policies.values())


class TestTable:
    def test_the_table_and_the_index_that_every_step_writes_are_warmed_by_two_parameters(
        self, template: Template
    ) -> None:
        # Given
        table = template["Resources"]["ArticleTable"]["Properties"]
        due = next(index for index in table["GlobalSecondaryIndexes"] if index["IndexName"] == "ByDue")
        # When / Then: by default they are left as they are
        units = {
            "ReadUnitsPerSecond": {"Ref": "WarmReadUnitsPerSecond"},
            "WriteUnitsPerSecond": {"Ref": "WarmWriteUnitsPerSecond"},
        }
        for warmed in (table, due):
            assert warmed["WarmThroughput"] == {"Fn::If": ["WarmsTable", units, {"Ref": "AWS::NoValue"}]}
        assert [template["Parameters"][unit["Ref"]]["Default"] for unit in units.values()] == [12_000, 4_000]


class TestSettings:
    @pytest.mark.parametrize(("function", "package"), PACKAGES.items())
    def test_a_function_gets_the_settings_that_it_reads_and_beyond_the_shared_ones_no_other(
        self, template: Template, function: str, package: str
    ) -> None:
        # Given
        read = variables_read_by(package) - LOCAL_ONLY
        shared = set(template["Globals"]["Function"]["Environment"]["Variables"])
        # When
        variables = set(function_variables(template, function))
        # Then
        assert read <= variables
        assert variables - shared <= read

    def test_what_all_functions_are_given_many_of_them_read(self, template: Template) -> None:
        # Given
        readers = Counter(name for package in PACKAGES.values() for name in variables_read_by(package))
        # When
        shared = template["Globals"]["Function"]["Environment"]["Variables"]
        # Then
        assert all(readers[name] > len(PACKAGES) / 3 for name in shared if name.startswith("NEWSDESK_"))

    @pytest.mark.parametrize("function", PACKAGES)
    def test_no_function_repeats_what_all_are_given(self, template: Template, function: str) -> None:
        # Given
        shared = template["Globals"]["Function"]
        # When
        properties = template["Resources"][function]["Properties"]
        # Then
        own = properties.get("Environment", {}).get("Variables", {})
        assert not own.keys() & shared["Environment"]["Variables"].keys()
        assert all(properties[name] != value for name, value in shared.items() if name in properties)

    @pytest.mark.parametrize("package", PACKAGES.values())
    def test_every_setting_says_what_it_is(self, package: str) -> None:
        assert all(field.description for field in settings_of(package).model_fields.values())

    @pytest.mark.parametrize("package", PACKAGES.values())
    def test_the_templates_defaults_are_settings_that_the_function_accepts(
        self, template: Template, package: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given the variables as CloudFormation would resolve them
        function = next(name for name, value in PACKAGES.items() if value == package)
        for name, value in function_variables(template, function).items():
            parameter = _parameter_of(template, value)
            monkeypatch.setenv(name, str(parameter.get("Default", "a-name")))
        # When / Then
        settings_of(package).read()

    @pytest.mark.parametrize(("function", "package"), PACKAGES.items())
    def test_a_setting_has_the_default_of_its_parameter(self, template: Template, function: str, package: str) -> None:
        # Given
        fields = settings_of(package).model_fields
        variables = function_variables(template, function)
        # When
        differing = {
            name: (field.default, parameter["Default"])
            for name, field in fields.items()
            if not field.is_required()
            and isinstance(value := variables.get(f"NEWSDESK_{name.upper()}"), dict)
            and (parameter := template["Parameters"].get(value.get("Ref"))) is not None
            and parameter["Default"] != field.default
        }
        # Then
        assert differing == {}

    @pytest.mark.parametrize("bound", ["Default", "MinValue", "MaxValue"])
    def test_a_visit_fits_into_the_fetch_function_s_time_and_into_a_lease(
        self, template: Template, bound: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given every parameter that the function gets, at its default or at one of its bounds
        properties = template["Resources"]["FetchFunction"]["Properties"]
        for name, value in function_variables(template, "FetchFunction").items():
            parameter = _parameter_of(template, value)
            monkeypatch.setenv(name, str(parameter.get(bound, parameter.get("Default", "a-name"))))
        settings = FetchSettings.read()

        # When / Then: what a record may take is no more than the function has, and no other worker takes it up then
        assert settings.crawl_limits.visit_seconds < settings.seconds_per_record <= properties["Timeout"]
        assert settings.crawl_limits.page_seconds == settings.limits.deadline_seconds
        assert settings.seconds_per_record < settings.timeouts.lease_seconds

    @pytest.mark.parametrize(
        ("policy", "is_accepted"),
        [
            ("", True),
            *((refusal.value, True) for refusal in RefusedUse),
            (",".join(RefusedUse), True),
            ("noindex,", False),
            (",noindex", False),
            ("nofollow", False),
            ("noindex noarchive", False),
        ],
    )
    def test_the_opt_out_policy_takes_the_words_that_the_code_knows(
        self, template: Template, policy: str, is_accepted: bool
    ) -> None:
        pattern = template["Parameters"]["OptOutPolicy"]["AllowedPattern"]
        assert (re.fullmatch(pattern, policy) is not None) is is_accepted
        if is_accepted:
            assert len(parse_policy(policy)) == len([word for word in policy.split(",") if word])

    def test_no_parameter_opens_private_networks(self, template: Template) -> None:
        assert not re.search("allowed_?networks", json.dumps(template), re.IGNORECASE)


class TestHandlers:
    def test_every_handler_exists(self, template: Template) -> None:
        for function, package in PACKAGES.items():
            handler = template["Resources"][function]["Properties"]["Handler"]
            assert handler == f"{package}.handler.lambda_handler"
            assert callable(importlib.import_module(f"{package}.handler").lambda_handler)

    def test_everything_that_is_packaged_has_a_recipe_that_takes_its_own_package(
        self, template: Template, tmp_path: Path
    ) -> None:
        for logical_id, uri, properties in packaged_resources(template):
            # Given the recipe as sam runs it: from a copy of the folder, which only the Makefile's path leads back from
            folder = ROOT / properties[uri]
            copy = tmp_path / logical_id
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.gz", "*.sqlite", "__pycache__"))
            command = ["make", "--dry-run", "--makefile", str(folder / "Makefile"), f"build-{logical_id}"]
            # When
            done = subprocess.run(command, cwd=copy, env=environment(), capture_output=True, text=True, check=True)
            # Then
            package = PACKAGES.get(logical_id, "newsdesk")
            assert re.search(rf"^cp -R {package} ", done.stdout, re.MULTILINE)
            assert (folder / "requirements.txt").is_file()

    def test_a_build_without_an_interpreter_of_the_target_s_version_says_what_is_missing(self, tmp_path: Path) -> None:
        # Given a uv that installs nothing, and finds no interpreter
        uv = tmp_path / "uv"
        uv.write_text('#!/bin/sh\ntest "$1" != python && mkdir -p "$ARTIFACTS_DIR"\n')
        uv.chmod(0o755)
        variables = {**environment(), "UV": str(uv), "ARTIFACTS_DIR": str(tmp_path / "package")}
        # When
        command = ["make", "-C", str(ROOT / "functions" / "submit"), "--no-print-directory", "build-SubmitFunction"]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
        # Then one line says so, and there is a package
        assert len(done.stdout.splitlines()) == 1
        assert "SubmitFunction" in done.stdout
        assert "byte code" in done.stdout
        assert (tmp_path / "package" / "submitter" / "handler.py").is_file()

    def test_a_build_fetches_the_interpreter_that_byte_code_takes(self, tmp_path: Path) -> None:
        # Given a uv that installs nothing, and has an interpreter only once it has fetched it
        uv, fetched = tmp_path / "uv", tmp_path / "fetched"
        uv.write_text(
            f"""#!/bin/sh
            case "$1 $2" in
                "python find") test -e {fetched} && echo {sys.executable} ;;
                "python install") touch {fetched} ;;
                *) mkdir -p "$ARTIFACTS_DIR" ;;
            esac
            """
        )
        uv.chmod(0o755)
        variables = {**environment(), "UV": str(uv), "ARTIFACTS_DIR": str(tmp_path / "package")}
        # When
        command = ["make", "-C", str(ROOT / "functions" / "submit"), "--no-print-directory", "build-SubmitFunction"]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
        # Then
        assert done.stdout == ""
        assert list((tmp_path / "package" / "submitter" / "__pycache__").glob("handler.*.pyc"))

    def test_a_build_without_uv_says_what_is_missing(self, tmp_path: Path) -> None:
        # Given
        variables = {**environment(), "UV": "", "ARTIFACTS_DIR": str(tmp_path / "package")}
        # When
        command = ["make", "-C", str(ROOT / "functions" / "submit"), "--no-print-directory", "build-SubmitFunction"]
        done = subprocess.run([*command, "UV="], env=variables, capture_output=True, text=True, check=False)
        # Then
        assert done.returncode != 0
        assert "uv is missing" in done.stderr
        assert not (tmp_path / "package").exists()

    def test_a_build_finds_the_uv_of_the_checkout(self, tmp_path: Path) -> None:
        # Given a path with the system's commands alone, and a copy of the checkout's folders
        (tmp_path / ".venv" / "bin").mkdir(parents=True)
        (tmp_path / ".venv" / "bin" / "uv").touch()
        shutil.copytree(ROOT / "functions" / "submit", tmp_path / "functions" / "submit")
        shutil.copy(ROOT / "functions" / "function.mk", tmp_path / "functions")
        variables = {**environment(), "PATH": "/usr/bin:/bin", "ARTIFACTS_DIR": str(tmp_path / "package")}
        # When
        command = ["make", "--dry-run", "-C", str(tmp_path / "functions" / "submit"), "build-SubmitFunction"]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
        # Then
        assert "/.venv/bin/uv pip install" in done.stdout

    def test_every_function_reports_its_records_one_by_one(self, template: Template) -> None:
        for queue in QUEUES:
            event = template["Resources"][queue.replace("Queue", "Function")]["Properties"]["Events"]["Queue"]
            assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            assert event["Properties"]["ScalingConfig"]["MaximumConcurrency"]

    def test_what_a_run_comes_to_for_each_of_its_pages_may_be_come_to_often(self, template: Template) -> None:
        # Given a chain that is longer than the 16 invocations after which Lambda takes it for an endless loop
        assert template["Parameters"]["FollowPages"]["MaxValue"] > 16
        # When / Then
        allowed = {
            name
            for name, resource in template["Resources"].items()
            if resource["Properties"].get("RecursiveLoop") == "Allow"
        }
        assert allowed == {"FetchFunction", "ExtractFunction", "InboxFunction"}

    def test_everything_of_embed_is_there_only_where_it_is_wanted(self, template: Template) -> None:
        # Given the resources that bear its name, or that only it listens to
        resources = template["Resources"]
        ours = {name for name in resources if name.startswith("Embed")} | {"ArticleChangedRule"}
        # When / Then
        assert len(ours) == 7
        assert {name for name in resources if resources[name].get("Condition") == "KeepsEmbeddings"} == ours
        assert template["Parameters"]["Embeddings"]["Default"] == "off"

    def test_a_chunk_of_the_data_set_fits_into_the_time_of_its_function(self, template: Template) -> None:
        # Otherwise the function would hand each chunk back untried
        assert template["Resources"]["CompactFunction"]["Properties"]["Timeout"] > compactor.handler.SECONDS_NEEDED

    def test_everything_of_compact_is_there_only_where_it_is_wanted(self, template: Template) -> None:
        # Given the resources that bear its name, and the nested stack of its tables
        resources = template["Resources"]
        ours = {name for name in resources if name.startswith("Compact")} | {"Tables"}
        # When / Then
        assert len(ours) == 7
        assert {name for name in resources if resources[name].get("Condition") == "KeepsDatasets"} == ours
        assert template["Parameters"]["Datasets"]["Default"] == "off"

    def test_everything_of_search_is_there_only_where_it_is_wanted(self, template: Template) -> None:
        # Given the resources that bear its name; its route is there wherever the API is, and says that there is none
        resources = template["Resources"]
        ours = {name for name in resources if name.startswith("Search")} - {"SearchRoute"}
        # When / Then
        assert ours == {"SearchFunction", "SearchRole", "SearchLogGroup", "SearchByApi"}
        assert {name for name in resources if resources[name].get("Condition") == "ServesSearch"} == ours
        wanted = {"Fn::Not": [{"Fn::Equals": [{"Ref": "SearchDays"}, 0]}]}
        assert template["Conditions"]["ServesSearch"] == {"Fn::And": [{"Condition": "ServesApi"}, wanted]}
        assert template["Parameters"]["SearchDays"]["Default"] == 0
        # And meaning only where there are vectors as well
        meaning = {"Fn::And": [{"Condition": "ServesSearch"}, {"Condition": "KeepsEmbeddings"}]}
        assert template["Conditions"]["SearchesByMeaning"] == meaning
        assert resources["VectorsForSearch"]["Condition"] == "SearchesByMeaning"
        # And it has time left for the copy
        assert resources["SearchFunction"]["Properties"]["Timeout"] > 2 * searcher.handler.SECONDS_TO_KEEP

    def test_managed_services_may_be_asked_only_where_they_are_chosen(self, template: Template) -> None:
        # Given what the role of enrich is granted on a condition
        granted = {
            resource["Condition"]: [
                statement["Action"] for statement in resource["Properties"]["PolicyDocument"]["Statement"]
            ]
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::IAM::Policy" and resource["Properties"]["Roles"] == [{"Ref": "EnrichRole"}]
        }
        # When / Then
        assert granted == {
            "AsksManagedServices": ["dynamodb:UpdateItem"],
            "EntitiesByComprehend": ["comprehend:DetectEntities"],
            "KeyphrasesByComprehend": ["comprehend:DetectKeyPhrases"],
            "SummaryByBedrock": ["bedrock:InvokeModel"],
        }
        defaults = {name: template["Parameters"][name]["Default"] for name in ("EntitiesBackend", "KeyphrasesBackend")}
        assert set(defaults.values()) == {"embedded"}
        assert template["Parameters"]["SummaryModel"]["Default"] == ""


class TestParameters:
    @pytest.mark.parametrize(
        ("user_agent", "accepted"),
        [
            ("MyBot/1.0 (+https://news.my-company.com/bot)", True),
            ("MyBot/1.0 (crawl@my-company.com)", True),
            ("MyBot/1.0 (+https://examples.org/bot)", True),
            ("MyBot/1.0", False),
            ("NewsdeskBot/0.1 (+https://newsdesk.example/bot; crawl@newsdesk.example)", False),
            ("MyBot/1.0 (+https://www.example.com/bot)", False),
            ("MyBot/1.0 (crawl@example.org)", False),
            ("MyBot/1.0 (+https://News.EXAMPLE/bot)", False),
            ("MyBot/1.0 (+https://WWW.Example.Com)", False),
            ("MyBot/1.0 (+https://example.com./bot)", False),
            ("MyBot/1.0 (+https://bot.test/)", False),
            ("MyBot/1.0 (crawl@news.invalid)", False),
            ("MyBot/1.0 (+http://localhost:8080/bot)", False),
            ("MyBot/1.0 (+https://latest.news/test)", True),
            ("MyBot/1.0 (+https://www.testing.com/bot; me@contest.org)", True),
            ("MyBot/1.0 (+https://example.news.org/bot)", True),
            ("MyBot/1.0 (+https://my-company.com/bot)\n", False),
            ("", False),
        ],
    )
    def test_a_user_agent_says_whom_to_reach(self, template: Template, user_agent: str, accepted: bool) -> None:
        parameter = template["Parameters"]["UserAgent"]
        assert "Default" not in parameter
        assert (re.fullmatch(parameter["AllowedPattern"], user_agent) is not None) is accepted

    def test_the_local_stack_s_parameters_are_accepted(self, template: Template) -> None:
        for name, value in local_stack.PARAMETERS.items():
            parameter = template["Parameters"][name]
            assert re.fullmatch(parameter.get("AllowedPattern", ".*"), value), name
            assert float(parameter.get("MinValue", "-inf")) <= float(value) if parameter["Type"] == "Number" else True

    def test_ministack_alone_is_given_an_action_that_aws_does_not_have(self, template: Template) -> None:
        # Given the actions that the template grants
        action = "sqs:SendMessageBatch"
        assert action not in json.dumps(template)
        # When it is adapted to MiniStack, Then who may send a message may send several
        deployment._for_ministack(template, {"UserAgent": "x"})
        for name, resource in template["Resources"].items():
            for policy in resource["Properties"].get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []:
                for statement in policy["PolicyDocument"]["Statement"]:
                    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
                    assert ("sqs:SendMessage" in actions) == (action in actions), name

    def test_every_configuration_of_sam_can_be_run_as_it_is(self, template: Template) -> None:
        # Given
        configurations = tomllib.loads((ROOT / "samconfig.toml").read_text())
        configurations.pop("version")
        for configuration in configurations.values():
            # When
            deployment = configuration["deploy"]["parameters"]
            given = dict(pair.split("=", 1) for pair in shlex.split(deployment["parameter_overrides"]))
            # Then
            assert configuration["global"]["parameters"].keys() == {"stack_name", "region"}
            assert configuration["build"]["parameters"] == {"parallel": True}
            assert deployment["fail_on_empty_changeset"] is False
            assert deployment["tags"]
            assert given.keys() <= template["Parameters"].keys()

    def test_what_is_created_is_named_after_the_stack(self, template: Template) -> None:
        names = {
            name: value
            for name, resource in template["Resources"].items()
            if resource["Type"] != "AWS::Lambda::Permission"
            for key, value in resource["Properties"].items()
            if key in {"Name", "TableName", "BucketName", "QueueName", "FunctionName", "RoleName", "LogGroupName"}
        }
        assert names == {
            "EventBus": {"Ref": "AWS::StackName"},
            "IntakeBus": {"Fn::Sub": "${AWS::StackName}-intake"},
            "Api": {"Ref": "AWS::StackName"},
            "ApiAuthorizer": "tokens",
            "UrlSubmittedRule": {"Fn::Sub": "${AWS::StackName}-submissions"},
            "ArticleChangedRule": {"Fn::Sub": "${AWS::StackName}-changes"},
            "DispatchPartsRule": {"Fn::Sub": "${AWS::StackName}-dispatch-parts"},
        }


class TestAccess:
    @pytest.mark.parametrize(
        ("role", "keys"),
        [
            ("SubmitRole", ["article#*", "submission#*"]),
            ("FetchRole", ["article#*", "host#*"]),
            ("ExtractRole", ["article#*", "host#*"]),
            ("EnrichRole", ["article#*"]),
            ("IndexRole", ["article#*", "cluster#*"]),
            ("EmbedRole", ["article#*"]),
            ("SearchRole", ["article#*"]),
        ],
    )
    def test_a_function_reads_and_writes_its_own_kinds_of_item_alone(
        self, template: Template, role: str, keys: list[str]
    ) -> None:
        # Given
        (policy,) = template["Resources"][role]["Properties"]["Policies"]
        statements = [
            statement
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Resource"] == {"Fn::GetAtt": ["ArticleTable", "Arn"]}
        ]
        # When / Then
        assert [statement["Condition"] for statement in statements] == [
            {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}}
        ]

    @pytest.mark.parametrize(
        ("role", "granted"),
        [
            (
                "DispatchRole",
                {
                    "article#*": ["dynamodb:GetItem", "dynamodb:PutItem"],
                    "source#*": "dynamodb:UpdateItem",
                },
            ),
            ("PublishRole", {"submission#*": "dynamodb:BatchGetItem", "source#*": "dynamodb:UpdateItem"}),
            (
                "DiscoverRole",
                {
                    "source#*": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
                    "host#*": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                },
            ),
        ],
    )
    def test_each_kind_of_item_is_opened_as_far_as_it_is_needed(
        self, template: Template, role: str, granted: dict[str, Any]
    ) -> None:
        (policy,) = template["Resources"][role]["Properties"]["Policies"]
        assert granted == {
            key: statement["Action"]
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Resource"] == {"Fn::GetAtt": ["ArticleTable", "Arn"]}
            for key in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        }

    def test_intake_writes_its_own_items_and_sources_and_only_reads_submissions(self, template: Template) -> None:
        # Given
        (policy,) = template["Resources"]["InboxRole"]["Properties"]["Policies"]
        granted = {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}
        table = {"Fn::GetAtt": ["ArticleTable", "Arn"]}
        # When
        on_table = {
            tuple(statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]): statement["Action"]
            for statement in granted.values()
            if statement["Resource"] == table
        }
        # Then
        assert on_table == {
            ("inbox#*",): ["dynamodb:GetItem", "dynamodb:PutItem"],
            ("source#*", "sources#*"): "dynamodb:PutItem",
            ("article#*", "submission#*"): "dynamodb:BatchGetItem",
        }
        assert granted["ReadFiles"]["Resource"] == {"Fn::Sub": "${ArticleBucket.Arn}/inbox/*"}

    def test_bulk_has_a_queue_of_its_own_and_few_who_take_it(self, template: Template) -> None:
        events = template["Resources"]["SubmitFunction"]["Properties"]["Events"]
        assert {name: event["Properties"]["Queue"]["Fn::GetAtt"][0] for name, event in events.items()} == {
            "Queue": "SubmitQueue",
            "Bulk": "BulkQueue",
        }
        assert events["Bulk"]["Properties"]["ScalingConfig"] == {"MaximumConcurrency": 2}
        assert events["Bulk"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    def test_the_api_is_throttled_logged_and_checks_tokens_of_its_issuer(self, template: Template) -> None:
        # Given what the local stack has none of
        resources, parameters = template["Resources"], template["Parameters"]
        api = {"Ref": "Api"}
        # When / Then: one stage, whose limits are those of the parameters for each route, and which may not be 0
        (stage,) = [it["Properties"] for it in resources.values() if it["Type"] == "AWS::ApiGatewayV2::Stage"]
        assert stage["ApiId"] == api
        assert stage["DefaultRouteSettings"] == {
            "ThrottlingRateLimit": {"Ref": "ApiRequestsPerSecond"},
            "ThrottlingBurstLimit": {"Ref": "ApiRequestsAtOnce"},
        }
        assert "RouteSettings" not in stage
        limits = [parameters[name] for name in ("ApiRequestsPerSecond", "ApiRequestsAtOnce")]
        assert [(limit["MinValue"], limit["Default"]) for limit in limits] == [(1, 50), (1, 200)]
        # And its log is a JSON object in each line, with who asked for what, and the answer
        log = stage["AccessLogSettings"]
        assert log["DestinationArn"] == {"Fn::GetAtt": ["ApiAccessLogGroup", "Arn"]}
        assert resources["ApiAccessLogGroup"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        line = json.loads(log["Format"])
        assert {"requestId", "caller", "subject", "address", "route", "status"} <= set(line)
        assert all(value.startswith("$context.") for value in line.values())
        # And its authoriser takes tokens of the issuer, with one of the audiences, from the usual header
        authoriser = resources["ApiAuthorizer"]
        assert authoriser["Properties"] == {
            "ApiId": api,
            "Name": "tokens",
            "AuthorizerType": "JWT",
            "IdentitySource": ["$request.header.Authorization"],
            "JwtConfiguration": {"Issuer": {"Ref": "ApiTokenIssuer"}, "Audience": {"Ref": "ApiTokenAudiences"}},
        }
        conditions = template["Conditions"]
        assert conditions["TakesTokens"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ApiTokenIssuer"}, ""]}]}
        served = {"Fn::And": [{"Condition": "ServesApi"}, {"Condition": "TakesTokens"}]}
        assert conditions[authoriser["Condition"]] == served
        # And all routes lead to the one function, whose caller is this API alone
        targets = {
            it["Properties"]["Target"]["Fn::Sub"]
            for it in resources.values()
            if it["Type"] == "AWS::ApiGatewayV2::Route"
        }
        assert targets == {"integrations/${ApiIntegration}"}
        assert resources["ApiIntegration"]["Properties"]["PayloadFormatVersion"] == "2.0"

    def test_no_route_of_the_api_goes_without_authorisation(self, template: Template) -> None:
        # Given every route
        routes = [
            resource["Properties"]
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::ApiGatewayV2::Route"
        ]
        assert len(routes) >= 6
        # When / Then: IAM, or tokens of the issuer, and none takes what no other does
        assert all(route["AuthorizationType"] == {"Fn::If": ["TakesTokens", "JWT", "AWS_IAM"]} for route in routes)
        assert all(route["AuthorizerId"]["Fn::If"][1] == {"Ref": "ApiAuthorizer"} for route in routes)
        assert not any(route["RouteKey"].startswith(("$default", "ANY")) for route in routes)

    def test_the_api_has_the_routes_of_its_document(self, template: Template) -> None:
        document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
        described = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
        assert described == {
            resource["Properties"]["RouteKey"]
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::ApiGatewayV2::Route"
        }

    def test_the_api_writes_submissions_pages_and_sources_and_reads_articles(self, template: Template) -> None:
        # Given what its role may do
        (policy,) = template["Resources"]["ApiRole"]["Properties"]["Policies"]
        granted = {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}
        writing = {
            name
            for name, statement in granted.items()
            if re.search("Put|Delete|Send|Update", json.dumps(statement["Action"])) and name != "Log"
        }
        # When / Then
        assert writing == {"Submit", "PushPages", "KeepSources"}
        keys = {
            name: granted[name]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            for name in ("LookUpArticlesAndSubmissions", "KeepSources")
        }
        assert keys == {
            "LookUpArticlesAndSubmissions": ["article#*", "submission#*"],
            "KeepSources": ["source#*", "sources#*"],
        }
        assert granted["PushPages"]["Resource"] == {"Fn::Sub": "${ArticleBucket.Arn}/pushed/v1/*"}

    def test_submit_believes_the_api_alone_about_senders(self, template: Template) -> None:
        variables = template["Resources"]["SubmitFunction"]["Properties"]["Environment"]["Variables"]
        role_id = {"Fn::If": ["ServesApi", {"Fn::GetAtt": ["ApiRole", "RoleId"]}, ""]}
        assert variables["NEWSDESK_API_ROLE_ID"] == role_id

    def test_a_revision_is_written_once(self, template: Template) -> None:
        statements = template["Resources"]["ArticleBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        (once,) = [statement for statement in statements if statement.get("Sid") == "ArticlesOnce"]
        assert (once["Effect"], once["Principal"], once["Action"]) == ("Deny", "*", "s3:PutObject")
        assert once["Condition"]["Null"] == {"s3:if-none-match": "true"}


class TestEvents:
    def test_a_submitter_cannot_announce_changes(self, template: Template) -> None:
        # Given
        resources = template["Resources"]
        # When
        publishing = [
            (name, statement["Resource"])
            for name, resource in resources.items()
            if resource["Type"] == "AWS::IAM::Role"
            for policy in resource["Properties"].get("Policies", [])
            for statement in policy["PolicyDocument"]["Statement"]
            if "events:PutEvents" in statement["Action"]
        ]
        # Then
        assert resources["UrlSubmittedRule"]["Properties"]["EventBusName"] == {"Ref": "IntakeBus"}
        assert resources["ArticleChangedRule"]["Properties"]["EventBusName"] == {"Ref": "EventBus"}
        assert publishing == [("PublishRole", {"Fn::GetAtt": ["EventBus", "Arn"]})]

    def test_a_stale_run_of_dispatch_does_not_start(self, template: Template) -> None:
        # Given
        properties = template["Resources"]["DispatchFunction"]["Properties"]
        # When
        schedule = properties["Events"]["EveryMinute"]["Properties"]
        # Then
        once = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
        assert properties["EventInvokeConfig"] == once
        assert schedule["RetryPolicy"] == once
        assert schedule["Schedule"] == "rate(1 minute)"

    def test_each_part_of_dispatch_has_a_schedule_of_its_own(self, template: Template) -> None:
        # Given the first part's schedule, and the rule of the others
        first = template["Resources"]["DispatchFunction"]["Properties"]["Events"]["EveryMinute"]["Properties"]["Input"]
        rule = template["Resources"]["DispatchPartsRule"]["Properties"]
        # When
        targets = [target.get("Fn::If", [None, target])[1] for target in rule["Targets"]]
        # Then
        inputs = [
            json.loads(entry["Fn::Sub"].replace("${DispatchParts}", "5"))
            for entry in (first, *(t["Input"] for t in targets))
        ]
        assert inputs == [{"part": part, "parts": 5} for part in range(5)]
        assert rule["ScheduleExpression"] == "rate(1 minute)"


class TestData:
    def test_what_holds_data_outlives_its_stack(self, template: Template) -> None:
        for resource in ("ArticleTable", "ArticleBucket"):
            assert template["Resources"][resource]["DeletionPolicy"] == "Retain"
            assert template["Resources"][resource]["UpdateReplacePolicy"] == "Retain"

    def test_the_table_streams_expires_and_recovers(self, template: Template) -> None:
        properties = template["Resources"]["ArticleTable"]["Properties"]
        assert properties["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}

    def test_a_protected_stack_keeps_versions_and_its_table(self, template: Template) -> None:
        # Given
        bucket, table = (template["Resources"][name]["Properties"] for name in ("ArticleBucket", "ArticleTable"))
        # When
        days = {
            rule.get("Prefix", ""): rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
            for rule in bucket["LifecycleConfiguration"]["Rules"]
            if "NoncurrentVersionExpiration" in rule
        }
        # Then a page that opts out is gone a day after its capture was deleted
        assert bucket["VersioningConfiguration"]["Status"] == {"Fn::If": ["Protects", "Enabled", "Suspended"]}
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["Protects", True, False]}
        assert days == {"raw/": 1, "pushed/": 1, "work/": 1, "queries/": 1, "search/": 1, "": 30}

    def test_the_backup_takes_the_table_and_the_bucket(self, template: Template) -> None:
        selection = template["Resources"]["BackupSelection"]["Properties"]["BackupSelection"]
        assert [entry["Fn::GetAtt"][0] for entry in selection["Resources"]] == ["ArticleTable", "ArticleBucket"]
        assert template["Rules"]["BackupsNeedVersions"]["Assertions"]

    def test_the_bucket_is_closed_to_the_public(self, template: Template) -> None:
        block = template["Resources"]["ArticleBucket"]["Properties"]["PublicAccessBlockConfiguration"]
        assert set(block.values()) == {True}
        assert len(block) == 4

    @pytest.mark.parametrize(
        "policy", ["ArticleBucketPolicy", "IntakePolicy", "QueuePolicy", "EmbedPolicy", "CompactPolicy"]
    )
    def test_only_tls_is_let_in(self, template: Template, policy: str) -> None:
        statements = template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"]
        (denial,) = [statement for statement in statements if statement.get("Sid") == "TlsOnly"]
        assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert denial["Principal"] == "*"

    def test_every_queue_has_a_policy(self, template: Template) -> None:
        queues = {name for name, resource in template["Resources"].items() if resource["Type"] == "AWS::SQS::Queue"}
        covered = [
            queue["Ref"]
            for policy in ("IntakePolicy", "QueuePolicy", "EmbedPolicy", "CompactPolicy", "InboxPolicy")
            for queue in template["Resources"][policy]["Properties"]["Queues"]
        ]
        assert sorted(covered) == sorted(queues)


class TestGradualDeployment:
    STAGES = ("Submit", "Fetch", "Extract", "Enrich", "Index", "Publish")

    @staticmethod
    def translated(template: Template, switch: str) -> dict[str, Any]:
        """Return the resources that CloudFormation is given, as SAM makes them for a value of the parameter."""
        template = copy.deepcopy(template)
        for _, uri, properties in packaged_resources(template):
            properties[uri] = "s3://bucket/key"
        parameters = {name: entry.get("Default", "x") for name, entry in template["Parameters"].items()}
        with patch.dict(os.environ, {"AWS_DEFAULT_REGION": "eu-west-1"}):
            # By name, because the package has no types.
            sam = importlib.import_module("samtranslator.translator.translator")
            parser = importlib.import_module("samtranslator.parser.parser").Parser()
            made: dict[str, Any] = sam.Translator({}, parser).translate(
                template, {**parameters, "GradualDeployment": switch}
            )
        resources: dict[str, Any] = made["Resources"]
        return resources

    def test_off_by_default_it_leaves_no_trace_of_codedeploy(self, template: Template) -> None:
        assert template["Parameters"]["GradualDeployment"]["Default"] == "off"
        types = {resource["Type"] for resource in self.translated(template, "off").values()}
        assert not {name for name in types if name.startswith("AWS::CodeDeploy")}

    def test_where_it_is_on_each_stage_shifts_its_alias_and_takes_it_back_on_its_own_alarm(
        self, template: Template
    ) -> None:
        # Given the resources of a stack with gradual deployment
        resources = self.translated(template, "on")
        monitoring = load_template(ROOT / "infra" / "monitoring.yaml")
        for stage in self.STAGES:
            # Then its messages, or its stream, come to the alias
            mappings = [
                entry["Properties"]["FunctionName"]["Ref"]
                for name, entry in resources.items()
                if entry["Type"] == "AWS::Lambda::EventSourceMapping" and name.startswith(f"{stage}Function")
            ]
            assert mappings
            assert set(mappings) == {f"{stage}FunctionAliaslive"}

            # And CodeDeploy moves the alias, and moves it back when the function's errors raise their alarm
            alias = resources[f"{stage}FunctionAliaslive"]
            group = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]["Ref"]
            properties = resources[group]["Properties"]
            (alarm,) = properties["AlarmConfiguration"]["Alarms"]
            output = alarm["Name"]["Fn::GetAtt"][-1].removeprefix("Outputs.")
            assert monitoring["Outputs"][output]["Value"] == {"Ref": f"{stage}Errors"}
            assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]


class TestOurLintRules:
    @staticmethod
    def findings(template: Template) -> set[str]:
        rules = RulesCollection()
        rules.create_from_directory(str(ROOT / "infra" / "lint"))
        # The SAM transform reads local code's folders as addresses.
        for _, uri, properties in packaged_resources(template):
            properties[uri] = "s3://bucket/key"
        return {match.rule.id for match in lint(json.dumps(template), rules=rules)}

    def test_the_template_passes(self, template: Template) -> None:
        assert self.findings(template) == set()

    @pytest.mark.parametrize(
        ("rule", "spoil"),
        [
            ("E9001", lambda resources: resources["FetchQueue"]["Properties"].update(VisibilityTimeout=539)),
            ("E9002", lambda resources: resources["EnrichQueue"]["Properties"].pop("RedrivePolicy")),
            (
                "E9002",
                lambda resources: resources["IndexDeadLetterQueue"]["Properties"].update(MessageRetentionPeriod=60),
            ),
            ("E9003", lambda resources: resources["IndexLogGroup"]["Properties"].pop("RetentionInDays")),
            ("E9003", lambda resources: resources["FetchFunction"]["Properties"].pop("LoggingConfig")),
            (
                "E9004",
                lambda resources: resources["SubmitRole"]["Properties"]["Policies"][0]["PolicyDocument"][
                    "Statement"
                ].append({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
            ),
            (
                "E9004",
                lambda resources: resources["CountSpending"]["Properties"]["PolicyDocument"]["Statement"][0].update(
                    Resource="*"
                ),
            ),
            (
                "E9004",
                lambda resources: resources["SubmitRole"]["Properties"].update(
                    ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]
                ),
            ),
        ],
    )
    def test_a_spoilt_template_does_not(
        self, template: Template, rule: str, spoil: Callable[[dict[str, Any]], object]
    ) -> None:
        # Given
        spoil(template["Resources"])
        # When / Then
        assert self.findings(template) == {rule}
