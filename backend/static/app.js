// What every page runs beside htmx; built into dist/app.js.
import "./js/ui.js";
import "./js/live.js";
