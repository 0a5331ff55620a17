"""Words that nobody has to act on: thanks, contentment, greetings. A whole message is meant, never a part of one."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum

from conversations.texts.phrases import LONGEST, level


class Courtesy(StrEnum):
    """What a message is that says nothing anybody would have to act on."""

    THANKS = "thanks"
    CONTENT = "content"
    GREETING = "greeting"


_COURTESIES = {
    Courtesy.THANKS: (
        "danke, dankeschön, danke schön, danke sehr, danke vielmals, vielen dank, vielen lieben dank, herzlichen dank,"
        "besten dank, lieben dank, tausend dank, danke dir, danke ihnen, danke euch, ich danke dir, ich danke ihnen,"
        "dankschön, danki, merci, merci vielmals, ich danke euch, wir danken, wir danken ihnen, wir danken euch,"
        "thanks, thank you, thx, ty, tysm, many thanks, thanks a million, thanks a bunch, cheers, cheers mate, ta,"
        "much appreciated"
    ),
    Courtesy.CONTENT: (
        "ok, okay, oki, alles klar, in ordnung, alles gut, gut, sehr gut, super, toll, prima, klasse, perfekt, top,"
        "spitze, wunderbar, wunderschön, schön, freut mich, passt, passt so, verstanden, sehr zufrieden, sehr leicht,"
        "fine, good, very good, all good, great, perfect, wonderful, awesome, excellent, nice, cool, got it,"
        "understood, sounds good, that's fine, all right, alright, very satisfied, very easy, tschüss, tschüs, ciao,"
        "bye, goodbye,"
        "bis bald, auf wiedersehen, schönen tag, schönen tag noch, schönen abend, schönen abend noch,"
        "schönes wochenende, liebe grüße, viele grüße, lg, vg, mfg, mit freundlichen grüßen, see you, have a nice day,"
        "best regards, kind regards, bestens, alles bestens, jetzt passt alles, passt alles, jetzt passt es,"
        "zufrieden, bin zufrieden, bin sehr zufrieden, ich bin zufrieden, ich bin sehr zufrieden, das freut mich,"
        "das war super, das war toll, das war klasse, that was great, gut gemacht, super gemacht, toll gemacht,"
        "klasse gemacht, top service, toller service, super service,"
        "guter service, ihr seid super, ihr seid toll, ihr seid klasse, ihr seid spitze, ihr seid die besten,"
        "sie sind super, sie sind die besten, gerne wieder, kein problem,"
        "hat geklappt, es hat geklappt,"
        "hat alles geklappt, alles hat geklappt, funktioniert, funktioniert wieder, es funktioniert wieder,"
        "geht wieder, es geht wieder, läuft wieder, erledigt, hat sich erledigt, ist erledigt, wow,"
        "gleichfalls, ebenso, ihnen auch, dir auch, euch auch, ebenfalls, grüße, schöne grüße, beste grüße,"
        "einen schönen tag, einen schönen tag noch, einen schönen abend, einen schönen abend noch,"
        "ein schönes wochenende, schönen feierabend, frohe weihnachten, frohe ostern, schöne feiertage,"
        "frohes neues jahr, guten rutsch, bis dann, bis morgen,"
        "lovely, brilliant, fantastic, amazing, great service, good service, excellent service, great job, good job,"
        "great work, good work, well done, great stuff, you rock, you're the best, you are the best, you're great,"
        "you are great, satisfied, i'm satisfied, i am satisfied, i'm very satisfied, happy, happy now, i'm happy,"
        "i am happy, i'm very happy, i am very happy, i'm very happy with it, it works, works now,"
        "it works now, works again, it works again, working again, all working now, sorted, all sorted, that's sorted,"
        "solved, all solved, resolved, all done, no worries, no problem, you too, same to you, likewise,"
        "have a good day, have a great day, have a nice weekend, have a good weekend, have a nice evening,"
        "have a good one, take care, merry christmas, happy christmas, happy new year"
    ),
    Courtesy.GREETING: (
        "hallo, hallöchen, hi, hey, moin, moin moin, servus, grüezi, grüß gott, grüß dich, guten tag, guten morgen,"
        "guten abend, hello, hi there, hello there, hey there, good morning, good afternoon, good evening, good day"
    ),
}
_FILLERS = (
    "sehr, so, und, and, dann, mal, nochmal, noch mal, nochmals, again, very much, so much, a lot, zusammen, everybody,"
    "dir, ihnen, euch, you, team, für alles, für die hilfe, für deine hilfe, für ihre hilfe, für eure hilfe,"
    "für die schnelle hilfe, für die antwort, für die schnelle antwort, for everything, for your help, for the help,"
    "für deine mühe, für ihre mühe, für eure mühe, für die mühe, für deine antwort, für ihre antwort,"
    "für eure antwort, für deine schnelle hilfe, für ihre schnelle hilfe, für eure schnelle hilfe,"
    "für deine schnelle antwort, für ihre schnelle antwort, für eure schnelle antwort, für die schnelle lösung,"
    "für die lösung, für die rückmeldung, für die schnelle rückmeldung, für ihre rückmeldung, für die info,"
    "für den service, für den tollen service, für deine unterstützung, für ihre unterstützung,"
    "für eure unterstützung, für deine geduld, für ihre geduld, für die geduld, für deine zeit, für ihre zeit,"
    "dafür, im voraus, nochmal danke, jetzt, alle, ihr lieben, leute,"
    "for the answer, for the quick help, for the quick answer, for your quick help, for your quick answer,"
    "for the reply, for your reply, for the quick reply, for your quick reply, for the quick response,"
    "for your quick response, for the response, for your response, for your support, for the support,"
    "for your time, for your patience, for your effort, for the update, for letting me know, for sorting this out,"
    "for sorting it out, for sorting that out, for fixing it, for fixing this, for the info, for that, for this,"
    "for all your help, in advance, guys, everyone, all, mate, to you"
)
_PHRASES: Mapping[tuple[str, ...], Courtesy | None] = {
    tuple(level(phrase).split()): kind
    for kind, phrases in ((None, _FILLERS), *_COURTESIES.items())
    for phrase in phrases.split(",")
}
_MOST_WORDS_OF_ONE = max(map(len, _PHRASES))
_KIND_SIGNS = frozenset("👍👌🙏❤♥💚💙🧡💛💜😊🙂☺😀😃😄😁😉😍🥰😘🤗🎉✅✨💪🥳👏🌟⭐💐🌹🌸😎🙌🤝👋")
_FROWN = re.compile(r"[:;=]['’]?-?[(/\\\[<|]")
_SMILE = re.compile(r"[:;=]['’]?-?[)DPp\]]|<3|\^\^")
_UNITS = {
    *("von", "of", "out", "stern", "sterne", "star", "stars", "punkt", "punkte", "point", "points"),
    *("prozent", "percent", "x", "k"),
}
_MANY = 12  # words; whoever writes more has something to say


def courtesy_in(text: str, names: Collection[str] = ()) -> Courtesy | None:
    """Return what a message is that is nothing but thanks, contentment or a greeting; it may hold `names` of ours."""
    if len(text) > LONGEST or any(
        unicodedata.category(char) == "So" and char not in _KIND_SIGNS for char in text
    ):
        return None
    if _FROWN.search(text):
        return None
    ours = {level(name) for name in names}
    words = tuple(word for word in level(_SMILE.sub(" ", text)).split() if word not in ours)
    if not words:
        kind = any(char in _KIND_SIGNS for char in text) or bool(_SMILE.search(text))
        return Courtesy.CONTENT if kind else None
    found = _courtesies(words) if len(words) <= _MANY else None
    if not found or ("?" in text and found != {Courtesy.GREETING}):
        return None  # "ok, und dann?" waits for an answer
    return min(found, key=list(Courtesy).index)


def is_wordless(text: str) -> bool:
    """Tell whether a message holds numbers and signs only, with the names of what is counted."""
    if len(text) > LONGEST:
        return False
    return all(word in _UNITS for word in re.findall(r"[^\W\d_]+", text.casefold()))


def _courtesies(words: tuple[str, ...]) -> set[Courtesy] | None:
    """What the phrases are that make up all of these words; None where a word belongs to no phrase."""
    if not words:
        return set()
    for length in range(min(_MOST_WORDS_OF_ONE, len(words)), 0, -1):
        kind = _PHRASES.get(words[:length], ...)
        rest = _courtesies(words[length:]) if kind is not ... else None
        if kind is not ... and rest is not None:
            return rest | {kind} if kind else rest
    return None
