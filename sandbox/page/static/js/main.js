// Puts the page together.

import { drawHeader } from "./header.js";
import { phone } from "./phone.js";
import { connect } from "./server.js";
import { change, onChange, remembered } from "./state.js";
import { LANGUAGES, speak } from "./words.js";
import { workspace } from "./workspace.js";

const wished = navigator.language.slice(0, 2);
speak(remembered("language", LANGUAGES.includes(wished) ? wished : "en"));

onChange(drawHeader);
onChange(phone(document.getElementById("phone")));
onChange(workspace(document.getElementById("workspace")));

connect();
setInterval(() => change(), 20_000); // the clock goes on
