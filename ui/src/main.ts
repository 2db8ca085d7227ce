// Starts the interface.

import "@fontsource-variable/figtree/wght.css";
import "./app.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { chosenTheme, showTheme } from "./theme";

showTheme(chosenTheme());

const target = document.getElementById("app");
if (target) mount(App, { target });
