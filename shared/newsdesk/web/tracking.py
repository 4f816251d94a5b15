"""Query parameters that say how a reader arrived, not what is read.

Comes in: a parameter as it stands in a query string, escapes of plain characters undone. Goes out: whether the article
is the same without it.

A name is here only if it has an owner: a service that appends it to other people's links, or a publisher's own
analytics. Words that a site may mean something by (``source``, ``ref``, ``cid``, ``sid``, ``campaign``, ``session``)
stay, however often they are abused: a parameter too many costs a second fetch, after which the page's canonical link
joins the two; one too few makes two articles one. ``docs/decisions/0018-identity.md`` says why no package's list is
used. Sources: the services' own documentation, and the names that browsers strip (Firefox's query stripping list,
Brave's query filter), which are public facts.
"""

from __future__ import annotations

TRACKING_PARAMETERS: frozenset[str] = frozenset(
    {
        # Google: Ads, Display & Video, Analytics, Merchant Center, AMP (https://support.google.com/google-ads/answer/9744275)
        "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "srsltid", "_ga", "_gl",
        "usqp", "amp_js_v", "amp_gsa",
        "ga_source", "ga_medium", "ga_campaign", "ga_term", "ga_content", "ga_place",
        # Meta
        "fbclid", "fb_action_ids", "fb_action_types", "fb_comment_id", "fb_ref", "fb_source", "igshid", "igsh",
        # X, LinkedIn, TikTok, Pinterest, Snapchat, Reddit
        "twclid", "ref_src", "ref_url", "__twitter_impression", "li_fat_id", "ttclid", "epik", "sccid", "rdt_cid",
        # Microsoft (Advertising, MSN, Dynamics), Yandex, VK, Mail.ru, Yahoo, AOL
        "msclkid", "ocid", "_clde", "_cldee", "yclid", "ymclid", "ysclid", "_openstat", "rb_clickid",
        "guccounter", "guce_referrer", "guce_referrer_sig", "soc_src", "soc_trk", "ncid",
        # Mailers: Mailchimp, Marketo, HubSpot, Klaviyo, Drip, Vero, Omeda, MailerLite, Salesforce, beehiiv, Eloqua,
        # Emarsys, Blueshift, ActiveCampaign, Ometria, Mindbox, Listrak, Squarespace, Wicked Reports
        "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hsfp", "__hssc", "__hstc", "hsctatracking", "_ke", "_kx",
        "__s", "vero_id", "vero_conv", "oly_anon_id", "oly_enc_id", "ml_subscriber", "ml_subscriber_hash", "et_rid",
        "_bhlid", "bbeml", "elqtrack", "elqtrackid", "elqaid", "elqat", "elqcampaignid", "sc_src", "sc_lid", "sc_uid",
        "sc_llid", "sc_eh", "bsft_clkid", "bsft_eid", "bsft_mid", "bsft_uid", "bsft_aaid", "bsft_ek", "vgo_ee",
        "oft_c", "oft_ck", "oft_d", "oft_id", "oft_ids", "oft_k", "oft_lk", "oft_sk", "mindbox-message-key",
        "trk_contact", "trk_msg", "trk_module", "trk_sid", "ss_email_id", "wickedid",
        # Analytics: Piano (AT Internet), Webtrends, Adobe, Comscore, Coremetrics, Convertro, Branch
        "xtor", "at_medium", "at_campaign", "at_campaign_type", "at_creation", "at_variant", "at_format", "at_network",
        "at_term", "at_platform", "at_recipient_id", "at_recipient_list", "at_send_date", "at_link", "at_link_id",
        "at_link_type", "at_link_origin", "at_ptr_name", "at_bbc_team", "at_position",
        "wt_mc", "wt_zmc", "wt.mc_id", "wtrid", "s_cid", "s_kwcid", "ef_id", "cmpid", "intcmp",
        "ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee", "cm_mmc", "cm_sp", "cm_re",
        "cvosrc", "cvo_crid", "cvo_campaign", "_branch_match_id", "_branch_referrer",
        # Affiliates and recommendations: Impact, CJ, Rakuten, Admitad, Tradedoubler, Marin, Alibaba, Taboola, Outbrain
        "irclickid", "irgwc", "cjevent", "cjdata", "ranmid", "raneaid", "ransiteid", "admitad_uid", "tduid", "mkwid",
        "pcrid", "unicorn_click_id", "spm", "tblci", "dicbo", "oborigurl",
        # Publishers' own: New York Times, Washington Post, Dow Jones, Bloomberg, Daily Mail, Al Jazeera, TechCrunch
        "smid", "smtyp", "wpisrc", "wpmm", "reflink", "sref", "ito", "traffic_source", "tpcc",
    }
)  # fmt: skip
"""Names, in lower case."""

TRACKING_PREFIXES: tuple[str, ...] = (
    "utm_",  # Google Analytics and everybody since
    "itm_",  # the same for links inside a site
    "pk_",
    "piwik_",
    "mtm_",
    "matomo_",  # https://matomo.org/faq/reports/what-is-campaign-tracking/
    "hsa_",  # HubSpot Ads
    "sfmc_",  # Salesforce Marketing Cloud
    "cm_mmca",  # Coremetrics
    "at_custom",  # Piano
)

SESSION_PARAMETERS: frozenset[str] = frozenset({"phpsessid", "jsessionid"})
"""The names that PHP (``session.name``) and Java servlets (Servlet specification, 7.1.3) give a session by default."""

AMP_PARAMETERS: dict[str, frozenset[str]] = {"amp": frozenset({"", "1", "true"}), "outputtype": frozenset({"amp"})}
"""How sites ask for the AMP version by query: WordPress (https://amp-wp.org/documentation/), Arc XP."""


def is_tracking(parameter: str) -> bool:
    """Return whether ``name=value``, as it stands in a query string, has no part in naming the article."""
    name, _, value = parameter.partition("=")
    name = name.lower()
    return (
        name in TRACKING_PARAMETERS
        or name.startswith(TRACKING_PREFIXES)
        or name in SESSION_PARAMETERS
        or value.lower() in AMP_PARAMETERS.get(name, ())
    )
