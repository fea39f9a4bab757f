"""The words of bylines: what stands in front of a name, what is no name, what names an organization.

Words are in lower case. They are general vocabulary of the press; no site is named, agencies are.
"""

from __future__ import annotations

# In front of a name, at the start of a line; patterns.
LABELS = (
    r"(?:(?:medically|article|story|words|text|posted|written|published|reported|created|authored|submitted|contributed|an)"
    r"\s)*by",
    "from the desk of",
    r"(?:ein\s)?(?:blog\s|gast)?(?:beitrag\s|artikel\s)?von",
    "(?:geschrieben|verfasst|veröffentlicht|eingestellt|text) von",
    "vom",
    r"(?:escrito\s|publicado\s|redactado\s|texto\s)?por",
    r"(?:écrit\s|publié\s)?par",
    "un texte de",
    "(?:propos )?recueillis? par",
    "a cura di",
    r"(?:scritto\s|pubblicato\s)?di",
    r"(?:geschreven\s)?door",
    r"(?:skriven\s|skrevet\s)?av",
    "af",
    "kirjoittanut",
    "autor(?:ka|en)?",
    "authors?",
    "автор",
    "yazan",
    "penulis",
    "oleh",
    "napsal",
)
# The same, where a colon has to follow.
LABELS_WITH_COLON = (
    "(?:article )?by",
    "authors?",
    "autor(?:en|in|es|i|a|e)?",
    "auteurs?",
    "writers?",
    "byline",
    "words",
    "texte?",
    "text (?:&|und) fotos?",
    "journalist(?:e|in)?",
    "reporter",
    "redakteur(?:in)?",
    "redakcja",
    "redactor",
    "авторы?",
    "текст",
    "كتب",
    "הכתב",
    "tác giả",
)
# Each of the labels holds one of these: a look before the patterns, which cost ten times as much.
LABEL_WORDS = (
    "by", "vo", "par", "por", "aut", "writer", "text", "word", "di ", "door", "av ", "af ", "desk", "reporter",
    "redak", "redac", "journalist", "cura", "kirj", "автор", "текст", "yazan", "penulis", "oleh", "napsal", "كتب",
    "הכתב", "tác",
)  # fmt: skip

# Between two names.
CONJUNCTIONS = "and und et y e i en og och ja ve и та і és with mit avec con sowie".split()
# A text with one of these is more than a name, even if it looks like "Ann Bell"; as written.
NOT_IN_PLAIN_NAMES = frozenset(
    """By by Von von Vom vom Par par Por por Di di Door door Av av Af af On on Foto Photo Redaktion Autor Author Autorin
    Alle All View More Follow Updated Published Posted""".split()
    + CONJUNCTIONS
)

# Behind a comma these are letters after a name, not a second person.
CREDENTIALS = frozenset(
    """md m.d. phd ph.d. ph.d dds dmd do rn bsn msn np aprn rd rdn ms msc mba ma ba bs bsc jd esq esq. cpa cfp cfp® cfa
    cep cepf® ea lcsw lmft lpc psyd edd dvm vmd dacvb ldn cdn cpt cscs facog faap facp mph pt dpt lac pe aia jr jr.
    sr sr. ii iii iv pmp phr sphr cissp e-ryt fand macp faclm lvt vts emt cipp m.a. m.s. m.ed. med. cpp psp
    mla""".split()
)

# What has one of these words is an office, a role or a button, not a person.
NOT_IN_NAMES = frozenset(
    # offices and roles
    """editor editors writer writers reporter reporters correspondent contributor contributors journalist columnist
    author authors founder co-founder ceo cto cmo coo cfo president director manager head chief officer specialist
    expert experts analyst consultant professor senior junior freelance guest photographer producer reviewer
    strategist marketing content dietitian nutritionist physician attorney lawyer researcher engineer developer
    designer instructor blogger assistant associate partner lead advisor counsel planner horticulturalist educator
    grader licensed redakteur redakteurin autor autorin chefredakteur korrespondent korrespondentin journalistin
    reporterin mitarbeiter mitarbeiterin volontär journaliste rédacteur redactor redactora periodista corresponsal
    giornalista редактор корреспондент журналист автор
    """
    # buttons and furniture
    """view archive follow comments comment share read more name email menu search home login about contact posts
    categories tags minutes minute reading time updated published date posted full bio library written by learn
    kommentar kommentare teilen folgen über mehr video forgot password register sign log copied link artikel beitrag
    takeaways guide guides tips edited all now insights insight sponsored facebook twitter linkedin instagram
    whatsapp""".split()
)

# What has one of these words is an organization.
ORGANIZATION_WORDS = frozenset(
    """editorial staff team newsroom newsdesk editors desk news agency agencies press media magazine online gmbh inc
    inc. llc ltd corp group company association institute university college hospital clinic center centre council
    ministry department foundation society network radio tv television times post herald tribune journal gazette
    chronicle board
    committee bureau studio studios solutions services software systems technologies labs partners contributors web
    digital redaktion onlineredaktion redaktionen pressestelle presseportal redaktionsnetzwerk agentur agenturen
    nachrichtenagentur nachrichten zeitung tagblatt verein verband verlag stiftung bund e.v. e.v rédaction redaction
    agence presse redacción redaccion agencia agencias noticias redazione agenzia redactie redakcja redakce redakcia
    redação toimitus ajansı редакция новости агентство""".split()
)
ORGANIZATION_SUFFIXES = ("magazin", "zeitung", "redaktion", "verlag", "portal", "anzeiger", "rundschau", "stiftung")
ORGANIZATION_ENDS = (
    "报", "编辑部", "編集部", "編集者", "新聞", "通信社", "社", "网", "網", "频道", "客户端", "委员会", "公司", "局",
    "オンライン", "デジタル", "ニュース", "Web", "뉴스", "일보", "신문", "편집국", "편집부",
)  # fmt: skip
# News agencies and broadcasters by their letters. Those that are first names as well (Petra, Ria, Efe) are left out.
AGENCIES = frozenset(
    """afp dpa apa ap reuters ansa sid upi tass itar-tass xinhua kyodo jiji pti ani ians epd kna dapd ots lno ddp apd
    keystone-sda sda ats belga anp ritzau ntb stt čtk tasr mti tanjug agerpres anadolu dha iha bloomberg yonhap antara
    lusa europapress dpa-afx sputnik interfax unian ukrinform bbc cnn mdr ndr wdr swr rbb ard zdf orf srf""".split()
)
# Accounts of nobody.
NOBODY = frozenset(
    """admin administrator adminn webmaster root user guest anonymous unknown none null n/a na author authors autor by
    undefined name default wordpress nobody superuser test contributor writer blog comments login
    责任编辑 编辑 佚名 匿名 小编 网络 原创 未知""".split()
)
# Small words inside names.
PARTICLES = frozenset(
    """van von de der den del della di da dos das do du la le el al bin ibn ben ter ten te zu zur zum af av y e i st. st
    mc mac o' d' dello vom auf thi bint""".split()
)
# The family names that nine of ten Chinese bear: what follows "记者" may be another word.
CHINESE_FAMILY_NAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛"
    "邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝"
    "路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳張劉陳楊黃趙吳孫馬鄭羅謝許韓馮鄧蕭葉蘇呂盧鍾譚陸賈韋鄒閻龍賀顧龔萬"
    "錢嚴湯溫齊喬龐顏莊聶魯歐關蘭紀畢單"
)
