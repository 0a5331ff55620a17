"""The composition root: the only place that wires settings, storage, platforms and handlers together."""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from socket import socket as Socket  # noqa: N812 - a class
from typing import TYPE_CHECKING

from bot.clock import SteadyClock, SystemClock, clock_from
from bot.loops import pause_after
from bot.menu import menus
from bot.monitoring.watch import Limits
from bot.process.configured import note_configuration
from bot.process.failpoints import failpoint_from
from bot.process.membership import Alone, join
from bot.process.service import Listen, Service
from bot.process.workplace import with_staff
from bot.settings.allowances import allowances
from bot.settings.config import ConfigProblems, Settings
from bot.settings.dialogue_files import read_dialogues
from bot.settings.words import read_words
from conversations.checks.check import check as check_dialogues
from conversations.definition.dialogue import Dialogue
from conversations.definition.library import Library
from conversations.definition.parse import parse, restore
from conversations.events import SECOND
from conversations.problem import Problem
from conversations.texts.texts import Texts
from handlers.files.fetching import attachments_of
from handlers.intake.seen import StoredMemory
from handlers.sending.shut_channels import follow_routes
from handlers.turn.organisation import Organisation
from handlers.turn.ports import Channel, Clock, Memory, ReadAttachment
from storage.engines.sqlite import version_warning
from storage.interface.store import Store
from storage.open import open_store
from storage.sqlite_file.copies import last_copied

if TYPE_CHECKING:
    from bot.channels.slack.channel import SlackSettings
    from bot.channels.telegram.api.proxy import Proxy

log = logging.getLogger(__name__)


async def open_service(
    settings: Settings,
    environ: Mapping[str, str],
    clock: Clock | None = None,
    listen: Listen | None = None,
) -> Service:
    """Open database and channels and build the service; without `listen` it listens as configured.

    Raises:
        StoreError: the database cannot be used.
        PermissionError: a token is refused, or the clock must not be shifted.
        ConfigProblems: no channel is switched on, or a dialogue or text cannot be used.
    """
    refuse_silence(settings)
    clock = clock or clock_from(environ, loopback=settings.is_loopback)
    if isinstance(clock, SystemClock):
        clock = SteadyClock()
    passing = failpoint_from(environ, loopback=settings.is_loopback)
    store = await open_store(settings.storage.url, zone=settings.organisation.zone, serve=True)
    channels: dict[str, Channel] = {}
    try:
        library = await load_library(settings, store, clock)
        channels = await _open_channels(settings, environ, store, clock, library.texts)
        organisation = await with_staff(organisation_of(settings, library), channels, store)
        await follow_routes(store, organisation)
        listen = listen or listen_of(settings)
        member = await join(store) if store.several else Alone()
        await note_configuration(settings, store, clock, member.ids)
        service = Service(store, channels, organisation, clock, member, listen, passing, limits_of(settings))
        service.allow(allowances(settings, channels))
        return service
    except BaseException:
        for channel in channels.values():
            await channel.close()
        await store.close()
        raise


def refuse_silence(settings: Settings) -> None:
    """Raise ConfigProblems if no channel is switched on."""
    if not (settings.telegram.on or settings.slack.on):
        remedy = (
            "put a token into [telegram] token or [slack] bot_token, or name your configuration with --config"
        )
        raise ConfigProblems((Problem("", "no channel is switched on", remedy),))


def listen_of(settings: Settings, socket: Socket | None = None, worker: int = 0) -> Listen:
    """Return where to listen: on a socket shared with other workers and, if so, also on a port of this worker's own."""
    http = settings.http
    own = http.port + worker if worker and http.port else 0
    return Listen(http.host, http.port, http.metrics_token.get_secret_value(), socket, own)


def limits_of(settings: Settings) -> Limits:
    """Return the part of the configuration that the watch needs."""
    file = settings.storage.file
    return Limits(
        give_up_after=settings.watch.give_up_after / SECOND,
        file=file,
        watermark=settings.storage.watermark if file else 0,
        defect=(version_warning() or "") if file else "",
        copied=partial(last_copied, file) if file else lambda: None,
        copy_every=settings.storage.backup_every,
    )


def organisation_of(settings: Settings, library: Library) -> Organisation:
    """Return the part of the configuration that the handlers need."""
    return Organisation(
        name=settings.organisation.name,
        languages=settings.organisation.languages,
        zone=settings.organisation.zone,
        policy=settings.policy(),
        library=library,
        texts=library.texts,
        digest=settings.digest_plan(),
        watch=settings.watch_plan(),
    )


def load_dialogues(settings: Settings) -> tuple[tuple[Dialogue, ...], tuple[Problem, ...]]:
    """Read the shipped dialogues and those of the configured folders; the latter replace the former by name."""
    files, problems = read_dialogues(settings)
    dialogues: list[Dialogue] = []
    for file, data in files.items():
        dialogue, wrong = parse(Path(file).stem, data, settings.organisation.zone)
        problems += tuple(problem.within(file) for problem in wrong)
        if dialogue is not None:
            dialogues.append(dialogue)
    return tuple(dialogues), problems


def library_of(settings: Settings, dialogues: tuple[Dialogue, ...]) -> Library:
    """The dialogues with the organisation's settings and the system's own texts."""
    return Library(
        dialogues,
        texts_of(settings),
        organisation=settings.organisation.name,
        languages=settings.organisation.languages,
        default=settings.dialogues.default,
        remind_after=settings.dialogues.remind_after,
        expire_after=settings.dialogues.expire_after,
    )


def texts_of(settings: Settings) -> Texts:
    """Return the system texts; `problems` names what is missing or wrong."""
    languages, problems = read_words(settings)
    return Texts.of(
        languages,
        settings.organisation.zone,
        tuple(one for one in problems if not one.hint),
        settings.organisation.languages,
    )


async def load_library(settings: Settings, store: Store, clock: Clock) -> Library:
    """Load every dialogue, store each under its hash before it is used, and load the older revisions.

    Raises:
        ConfigProblems: a dialogue or text cannot be used; all problems at once.
    """
    dialogues, problems = load_dialogues(settings)
    library = library_of(settings, dialogues)
    problems += library.texts.problems
    if not problems:  # problems that only show in the whole: cycles, missing translations
        files, _ = read_dialogues(settings)
        problems += check_dialogues(files, {}, languages=settings.organisation.languages)
    if settings.dialogues.default not in library.current:
        known = ", ".join(library.current)
        remedy = f"choose one of: {known}"
        problems += (Problem("dialogues.default", f"no dialogue '{settings.dialogues.default}'", remedy),)
    if problems:
        raise ConfigProblems(problems)
    async with store.transaction() as tx:
        await tx.dialogues.keep(library.definitions(), clock.now())
        for name, definition in await tx.dialogues.all():
            older = restore(name, definition, settings.organisation.zone)
            if older is not None:
                library.remember(older)
    return library


async def _open_channels(
    settings: Settings, environ: Mapping[str, str], store: Store, clock: Clock, texts: Texts
) -> dict[str, Channel]:
    """Open the channels that are switched on, retrying until each platform answers."""
    wanted = _channels(settings, environ, attachments_of(store), StoredMemory(store, clock), texts)
    opening = [asyncio.create_task(_open(channel)) for channel in wanted]
    try:
        await asyncio.gather(*opening)
    except BaseException:
        for one in opening:
            one.cancel()
        await asyncio.gather(*opening, return_exceptions=True)
        for channel in wanted:
            await channel.close()
        raise
    return {channel.account: channel for channel in wanted}


def _channels(
    settings: Settings,
    environ: Mapping[str, str],
    read_attachment: ReadAttachment,
    memory: Memory,
    texts: Texts,
) -> list[Channel]:
    # Each platform's SDK takes a second to import: load only those that are switched on.
    channels: list[Channel] = []
    if settings.telegram.on:
        from bot.channels.telegram.channel import open_channel as open_telegram  # noqa: PLC0415

        telegram = settings.telegram
        webhook = telegram.webhook if telegram.mode == "webhook" else None
        channels.append(
            open_telegram(
                token=telegram.token.get_secret_value(),
                read_attachment=read_attachment,
                base_url=telegram.base_url,
                base_file_url=telegram.base_file_url,
                webhook_url=webhook.url if webhook else "",
                webhook_secret=webhook.secret.get_secret_value() if webhook else "",
                menus=menus(texts, settings.organisation.languages),
                mark_answered=telegram.mark_answered,
                proxy=telegram_proxy(settings, environ),
            )
        )
    if settings.slack.on:
        from bot.channels.slack.channel import open_channel as open_slack  # noqa: PLC0415

        channels.append(open_slack(slack_settings(settings, texts), read_attachment, memory))
    return channels


def telegram_proxy(settings: Settings, environ: Mapping[str, str]) -> "Proxy | None":
    """Return the proxy for Telegram. Raises ConfigProblems for an invalid one in the environment."""
    from bot.channels.telegram.api.proxy import proxy_for  # noqa: PLC0415

    telegram = settings.telegram
    try:
        return proxy_for(telegram.base_url, telegram.proxy.get_secret_value(), environ)
    except ValueError as error:
        raise ConfigProblems((Problem("HTTPS_PROXY", *error.args),)) from None


def slack_settings(settings: Settings, texts: Texts | None = None) -> "SlackSettings":
    """The section `[slack]` as the channel knows it, with the words of a form where it is to hear of one."""
    from bot.channels.slack.channel import SlackSettings  # noqa: PLC0415
    from bot.channels.slack.inbound.reading import FormWords, form_words  # noqa: PLC0415

    slack = settings.slack
    return SlackSettings(
        bot_token=slack.bot_token.get_secret_value(),
        app_token=slack.app_token.get_secret_value(),
        signing_secret=slack.signing_secret.get_secret_value(),
        base_url=slack.base_url,
        mode=slack.mode,
        words=form_words(texts, [one.language for one in settings.staff]) if texts else FormWords(),
    )


async def _open(channel: Channel) -> None:
    failures = 0
    while True:
        try:
            return await channel.open()
        except PermissionError:
            raise
        except (ConnectionError, OSError) as error:
            failures += 1
            pause = pause_after(failures)
            log.warning("%s; again in %.0f s", error, pause)
            await asyncio.sleep(pause)
