// The page's own words in English and German. What bots and people write is never translated.

const WORDS = {
  note: ["Local sandbox: nothing leaves this computer", "Lokaler Sandkasten: nichts verlässt diesen Rechner"],
  customer: ["Customer on Telegram", "Kundin oder Kunde auf Telegram"],
  staff: ["Staff in Slack", "Team in Slack"],
  phoneTab: ["Customer", "Kundschaft"],
  slackTab: ["Staff", "Team"],
  time: ["Time of the demo", "Zeit der Demo"],
  hour: ["+1 hour", "+1 Stunde"],
  day: ["+1 day", "+1 Tag"],
  ahead: ["ahead by {0}", "{0} voraus"],
  hours: ["{0} h", "{0} Std."],
  days: ["{0} d", "{0} T."],
  light: ["Light colours", "Helle Farben"],
  dark: ["Dark colours", "Dunkle Farben"],
  language: ["Language of this page", "Sprache dieser Seite"],
  stopped: ["The sandbox has stopped. Start it again; this page comes back by itself.",
    "Der Sandkasten läuft nicht mehr. Starte ihn neu; diese Seite kommt von selbst zurück."],
  failed: ["That did not work: {0}", "Das ging nicht: {0}"],
  guide: ["A first walk", "Ein erster Rundgang"],
  hide: ["Hide", "Ausblenden"],
  showGuide: ["Guide", "Rundgang"],
  people: ["Who is holding the phone", "Wer das Telefon in der Hand hat"],
  bot: ["bot", "Bot"],
  typing: ["is typing …", "schreibt …"],
  blocked: ["blocked", "blockiert"],
  nothing: ["No messages yet", "Noch keine Nachrichten"],
  nothingHint: ["Press Start, as a customer would after scanning the code on the receipt.",
    "Drück auf Start, wie jemand, der den Code auf dem Kassenzettel gescannt hat."],
  nothingYet: ["This customer came by before the demo began.", "Diese Person war schon vor der Demo da."],
  start: ["Start", "Starten"],
  restart: ["Unblock and restart", "Freigeben und neu starten"],
  invitation: ["I have an invitation link", "Ich habe einen Einladungslink"],
  invitationLink: ["Invitation link or its code", "Einladungslink oder sein Code"],
  follow: ["Open", "Öffnen"],
  message: ["Message", "Nachricht"],
  send: ["Send", "Senden"],
  attach: ["Attach", "Anhängen"],
  samplePhoto: ["Sample photo: damaged table", "Beispielfoto: beschädigter Tisch"],
  ownFile: ["Photo or file …", "Foto oder Datei …"],
  contact: ["My phone number", "Meine Telefonnummer"],
  commands: ["Commands", "Befehle"],
  chatMenu: ["More", "Mehr"],
  block: ["Block the bot", "Bot blockieren"],
  unblock: ["Unblock the bot", "Bot freigeben"],
  edit: ["Edit", "Bearbeiten"],
  editing: ["Edit message", "Nachricht bearbeiten"],
  replyTo: ["Reply to this message", "Auf diese Nachricht antworten"],
  replying: ["Reply", "Antwort"],
  cancel: ["Cancel", "Abbrechen"],
  edited: ["edited", "bearbeitet"],
  photo: ["Photo", "Foto"],
  file: ["File", "Datei"],
  voice: ["Voice message", "Sprachnachricht"],
  messages: ["Messages", "Nachrichten"],
  youAre: ["You are", "Du bist"],
  channels: ["Channels", "Kanäle"],
  apps: ["Apps", "Apps"],
  about: ["About", "Info"],
  home: ["Home", "Home"],
  writeIn: ["Message {0}", "Nachricht an {0}"],
  reply: ["Reply …", "Antworten …"],
  thread: ["Thread", "Thread"],
  replies: [["{0} reply", "{0} replies"], ["{0} Antwort", "{0} Antworten"]],
  onlyYou: ["Only visible to you", "Nur für dich sichtbar"],
  app: ["APP", "APP"],
  members: ["{0} members", "{0} Mitglieder"],
  channelMenu: ["Change this channel", "Diesen Kanal ändern"],
  archived: ["archived", "archiviert"],
  archive: ["Archive", "Archivieren"],
  unarchive: ["Unarchive", "Aus dem Archiv holen"],
  rename: ["Rename …", "Umbenennen …"],
  newName: ["New name of the channel", "Neuer Name des Kanals"],
  removeBot: ["Remove {0}", "{0} entfernen"],
  inviteBot: ["Invite {0}", "{0} einladen"],
  emptyChannel: ["Nothing here yet.", "Hier ist noch nichts."],
  emptyHome: ["The app has not shown anything here yet.", "Die App hat hier noch nichts gezeigt."],
  optional: ["(optional)", "(freiwillig)"],
  choose: ["Choose", "Auswählen"],
  close: ["Close", "Schließen"],
  openHere: ["Open here", "Hier öffnen"],
  openTab: ["New tab", "Neuer Tab"],
  unsupported: ["({0} is not shown here)", "({0} wird hier nicht gezeigt)"],
  today: ["Today", "Heute"],
  enlarge: ["Enlarge the picture {0}", "Bild {0} vergrößern"],
  unread: ["unread", "ungelesen"],
  connected: ["The app is connected", "Die App ist verbunden"],
  unconnected: ["The app is not connected", "Die App ist nicht verbunden"],
};

export const LANGUAGES = ["en", "de"];

let language = "en";

export function speak(wanted) {
  language = LANGUAGES.includes(wanted) ? wanted : "en";
  document.documentElement.lang = language;
}

export function spoken() {
  return language;
}

/** The words for a key; a pair of them is singular and plural, chosen by the first value. */
export function t(key, ...values) {
  const words = WORDS[key][LANGUAGES.indexOf(language)];
  const chosen = Array.isArray(words) ? words[values[0] === 1 ? 0 : 1] : words;
  return chosen.replace(/\{(\d)\}/g, (_, place) => values[place]);
}

/** The text of a mapping by language, English where the spoken one is missing. */
export function pick(words) {
  return words?.[language] ?? words?.en ?? "";
}
