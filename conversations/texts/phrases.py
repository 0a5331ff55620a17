"""Plain words that mean one thing, in German and English alike: nothing to say, done, yes, no, and mere politeness.

A whole message is meant, never a part of one: "keine Ahnung" declines, "keine Ahnung, warum das so lange dauert" does
not. Compared are folded words (no case, punctuation or pictures) with umlauts written out and drawn-out letters
shortened, so that `weiß`, `weiss` and `WEISS`, `ja` and `Jaaa!` are one.
"""

import re
from typing import Final

LONGEST: Final = 200
"""Characters of a message that may be a phrase: a longer one is never cut into one."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_WORD = re.compile(r"[\w%/+-]+")
_PARTS = re.compile(r"[,;.!\n]+")


def level(text: str) -> str:
    """Return a message as phrases are written here."""
    words = " ".join(_WORD.findall(text.casefold()))
    return _DRAWN_OUT.sub(r"\1", words.translate(_UMLAUTS))


def listed(*lines: str) -> frozenset[str]:
    """Return phrases that are written with commas between them."""
    return frozenset(level(phrase) for line in lines for phrase in line.split(","))


# -- politeness, which changes nothing ---------------------------------------------------------------------------------

_POLITE = re.compile(
    r"\b(?:(?:vielen|besten|lieben|herzlichen) dank|danke(?: ?schoen| sehr| dir| ihnen| euch)?"
    r"|bitte(?: ?schoen)?"
    r"|(?:es )?tut mir leid|sorry|leider|entschuldigung|pardon|ehrlich gesagt|eigentlich|gerade|grade?"
    r"|im moment|momentan"
    r"|aktuell|derzeit|erst ?mal|hm+|aeh+m?|ach|na ?ja|puh|tja|oh"
    r"|(?:many )?thanks(?: a lot)?|thank you(?: very much| so much)?|thx|please|pls|i m sorry|im sorry"
    r"|i m afraid|unfortunately"
    r"|honestly|to be honest|actually|really|at the moment|right now|for now|well|um+|uh+)\b"
)

_GREETINGS = listed(
    "hallo, hi, hey, moin, servus, guten tag, guten morgen, guten abend, hello, good morning, good evening",
    "ja, jo, ok, okay, yes, yeah, yep, test, ping, start",
)


def without_politeness(text: str) -> str:
    """Return a message as phrases are written here, without what only makes it friendlier."""
    return " ".join(_POLITE.sub(" ", level(text)).split())


def is_only_polite(text: str) -> bool:
    """Tell whether there is nothing in a message but a greeting, thanks or hesitation."""
    if len(text) > LONGEST:
        return False
    rest = without_politeness(text)
    return not rest or rest in _GREETINGS


# -- nothing to say ----------------------------------------------------------------------------------------------------

_THINGS = (
    r"(?:bestell|auftrags|rechnungs|kunden|telefon|handy|vorgangs|liefer)?nummern?|nr|telefon|handy"
    r"|(?:e-?)?mail"
    r"|(?:e-?mail-?)?adresse|fotos?|photos?|bild(?:er)?|belege?|datei(?:en)?|dokumente?|unterlagen"
    r"|nachweise?|bestellung"
    r"|angaben?|anmerkung(?:en)?|ergaenzung(?:en)?|wuensche|wunsch|ideen?|vorschlaege|vorschlag|meinung"
    r"|ahnung|lust|zeit"
    r"|kommentare?|fragen?|plan|schimmer|bock|datum|erinnerung|praeferenz|bedarf|interesse"
    r"|quittung(?:en)?|kassenbons?|kassenzettel|bons?"
)
_SAY = r"(?:sagen|angeben|antworten|beantworten|teilen|mitteilen|verraten|nennen|dazu sagen)"
_GERMAN = (
    r"(?:das |ich )?(?:weiss|wuesste)(?: ich)?(?: es| das| s)?(?: gar| auch)? (?:nicht|nich"
    r"|net)(?: mehr)?(?: so)?(?: genau)?",
    rf"(?:da |dazu )?(?:habe? ich |ich habe? |habe? )?(?:da |dazu |gar "
    rf"|absolut )?keine?[nrs]?(?: weiteren?)?(?: (?:{_THINGS}))?"
    r"(?: davon| mehr| dabei| da| dazu| zur hand| parat)*",
    rf"ohne (?:{_THINGS})",
    rf"(?:habe? ich|ich habe?|habe?)(?: es| das| sie| (?:die"
    rf"|meine) (?:{_THINGS}))? nicht(?: mehr)?(?: dabei| da| zur hand| parat)?",
    rf"(?:die |eine |meine )?(?:{_THINGS}) habe? ich nicht(?: mehr)?(?: dabei| da| zur hand| parat)?",
    r"(?:habe? ich |ich habe? |habe? )?(?:gar |sonst |weiter )?(?:nichts|nix)(?: mehr| weiter| davon"
    r"| dazu| zu sagen"
    r"| hinzuzufuegen| anzumerken| zu ergaenzen| dergleichen)*",
    rf"(?:das |dazu |darauf )?(?:moechte|will|mag) ich (?:das |es |dazu "
    rf"|darauf )?(?:lieber )?nichts?(?: {_SAY})?",
    rf"ich (?:moechte|will|mag) (?:das |es |dazu |darauf )?(?:lieber )?nichts?(?: {_SAY})?",
    rf"(?:moechte|will|mag) (?:das |es )?(?:lieber )?nicht(?: {_SAY})?",
    r"(?:eher|lieber|besser) nicht|muss nicht sein|nicht noetig|brauche? ich nicht|ungern|nicht bekannt"
    r"|unbekannt|null bock|kp|nada|niente|ohne",
    r"nicht (?:zur hand|parat|dabei)|(?:die |das |sie |es )?habe? ich (?:verlegt|vergessen|weggeworfen"
    r"|weggeschmissen)",
    rf"(?:(?:die |meine )?(?:{_THINGS})|die|den|das|es) finde? ich nicht(?: mehr)?",
    rf"(?:ich )?finde? (?:(?:die |meine )(?:{_THINGS})|sie|ihn|es) nicht(?: mehr)?",
    rf"(?:da |das |die )?gibt(?: es| s)?(?: da)? (?:nicht|nichts|keine?[nrs]?(?: (?:{_THINGS}))?)"
    rf"|gibts (?:nicht|nichts|keine?[nrs]?)|es gibt keine?[nrs]?(?: (?:{_THINGS}))?",
    r"lass(?:en wir|t)?(?: es| das)?(?: mal)?(?: gut sein)?|(?:jetzt nicht|nicht jetzt"
    r"|(?:vielleicht |lieber )?spaeter|ein andermal)",
    r"(?:das war s|das wars|das war) ?(?:schon|alles|schon alles)?|das ist alles|mehr nicht",
    r"nicht (?:vorhanden|zutreffend)|trifft nicht zu|entfaellt|null ahnung|k a|finde? ich (?:sie "
    r"|die )?nicht(?: mehr)?",
    r"alles (?:gut|ok|okay|klar|in ordnung|gesagt)|(?:das )?passt(?: schon| so| alles so)?|(?:das |ist "
    r"|mir |doch |eh )*egal",
    r"(?:einfach )?weiter|naechste(?: frage)?|auslassen"
    r"|ueberspring(?:en?)?(?: wir| ich)?(?: das| die(?: frage)?)?",
)
_OBJECTS = (
    r"(?:(?:order|phone|invoice|customer|mobile|reference) )?numbers?|order|photos?|pictures?|pics?"
    r"|images?|files?|documents?"
    r"|evidence|comments?|(?:e-?)?mail(?: address)?|address|phone|ideas?|clue|opinion|preference"
    r"|suggestions?|wishes"
    r"|questions?|time|thoughts?|proof|date|receipts?"
)
_DO_NOT = r"(?:do not|don t|dont)"
_ENGLISH = (
    rf"(?:i )?{_DO_NOT} (?:know|remember|recall|mind|care)(?: it| that)?(?: any ?more)?",
    rf"(?:i )?(?:{_DO_NOT} have|haven t(?: got)?|have not got) (?:it|that|one|any|(?:an? |any |the "
    rf"|my )?(?:{_OBJECTS}))"
    r"(?: with me| at hand)?",
    rf"(?:i )?{_DO_NOT} (?:want|wish|like) to(?: (?:say|answer|tell|share))?(?: that| it)?",
    rf"(?:i have |i ve got |i got |have )?no (?:further |more )?(?:{_OBJECTS})(?: with me| at hand)?",
    r"(?:i have |i ve got |have )?(?:none|nothing)(?: of (?:these|those|them|that|it|the above))?(?: else"
    r"| more| further)?"
    r"(?: to (?:add|say))?",
    r"(?:i )?(?:dunno|idk)|(?:i m |im |i am )?not sure|not a clue",
    r"(?:i |i d |id |i would |would )?(?:prefer|rather) not(?: to)?(?: (?:say|answer|tell"
    r"|share))?(?: that| it)?|better not",
    rf"(?:i )?(?:can t|cant|cannot|can not|couldn t|could not) (?:find|remember|recall|say|tell)"
    rf"(?: (?:it|that|any|one|(?:the |my )(?:{_OBJECTS})))?(?: any ?more| right now)?",
    rf"(?:i )?(?:forgot|have forgotten|ve forgotten)(?: it)?|i (?:have |ve )?lost it"
    rf"|there (?:is|s|are) (?:none|no (?:{_OBJECTS}))|there (?:isn t|is not|aren t) (?:one|any)",
    r"that s (?:it|all)|that is (?:it|all)|thats (?:it|all)|(?:maybe |perhaps )?later|na",
    r"n/a|n a|not applicable|not available|unknown|nil|no need|not necessary|never ?mind|not now"
    r"|i ll pass|pass",
    r"(?:it s |its )?all (?:good|fine|ok|okay)|(?:i m |im |i am )good|whatever|(?:it )?doesn t matter",
    r"skip(?: it| this| that)?(?: question)?|next(?: question)?|continue|go on|move on",
)
_NO = r"(?:nein|nee|ne|noe|no|nope|nah)"
_NOTHING = re.compile(
    rf"(?:(?:{_NO}|ok|okay) )*(?:{_NO}|-+|(?:{'|'.join((*_GERMAN, *_ENGLISH))}))(?: {_NO}| ok| okay)*"
)
_BARE = re.compile(rf"{_NO}|-+|nichts|nix|keine?[nrs]?|none|nothing")
_MARKS = frozenset(("–", "—", "−", "/", ".", "x", "X"))
"""What people put into a field that they leave empty."""
_DONE = listed(
    "fertig, bin fertig, ich bin fertig, done, i m done, im done, finished, ok, okay, das war's",
    "das wars, das war alles",
    "das ist alles, das waren alle, that's all, thats all, that is all, that's it, thats it, that is it",
    "no more",
)


def is_nothing(text: str) -> bool:
    """Tell whether a message says that there is nothing to say, or nothing that somebody would say."""
    if len(text) > LONGEST:
        return False
    if text.strip() in _MARKS or _is_nothing(without_politeness(text)):
        return True
    parts = [rest for part in _PARTS.split(text) if (rest := without_politeness(part))]
    return bool(parts) and all(map(_is_nothing, parts))


def _is_nothing(rest: str) -> bool:
    return bool(_NOTHING.fullmatch(rest))


def is_bare_no(text: str) -> bool:
    """Tell whether a message is only a no: where words must be given, it may be one."""
    return bool(_BARE.fullmatch(level(text)))


def is_done(text: str) -> bool:
    """Tell whether a message says that nothing more will come."""
    return len(text) <= LONGEST and (level(text) in _DONE or without_politeness(text) in _DONE)


# -- yes and no --------------------------------------------------------------------------------------------------------

_YES = listed(
    "ja, jaa, j, jo, jep, jup, jap, joa, jawohl, klar, na klar, ja klar, aber klar, gerne, gern",
    "sehr gern, sehr gerne",
    "ja bitte, bitte, bitte gern, ja gerne, ja gern, ja sehr gern, natürlich, ja natürlich, sicher",
    "ja sicher, stimmt, genau",
    "unbedingt, auf jeden fall, passt, ok, okay, ja ok, ja okay, einverstanden, in ordnung, warum nicht",
    "von mir aus",
    "yes, y, yep, yup, yeah, yea, ya, sure, yes sure, sure thing, yes please, please, please do",
    "of course, yes of course",
    "absolutely, definitely, certainly, go ahead, why not, fine, agreed, i agree",
)
_NOT = listed(
    "nein, n, nee, nö, ne, niemals, nein danke, lieber nicht, eher nicht, besser nicht, bitte nicht",
    "nicht, natürlich nicht",
    "auf keinen fall, auf gar keinen fall, keinesfalls, nein nein, nein nicht, nein lieber nicht",
    "leider nein, leider nicht",
    "nicht wirklich, no, nope, nah, never, no thanks, no thank you, not now, please don't, please do not",
    "don't, do not, no way",
    "of course not, absolutely not, definitely not, certainly not, rather not, better not, i'd rather not",
    "i would rather not, no rather not, not really",
)
_SIGNS = dict.fromkeys("👍✅👌🆗✔☑", True) | dict.fromkeys("👎❌🚫✖", False)


def agrees(text: str) -> bool | None:
    """Return what a message says as a yes or a no, or None."""
    if len(text) > LONGEST:
        return None
    said = level(text)
    if not said:
        return _SIGNS.get(text.strip()[:1])
    for one in (said, without_politeness(text)):
        if one in _YES or one in _NOT:
            return one in _YES
    return None
