// Light, dark, or as the device has it. Runs before the first paint, as a script of its own, and again when the switch is used.

const STORED = "routerd-theme";

/** "light", "dark" or "auto". */
export const theme = () => localStorage.getItem(STORED) ?? "auto";

/** Use it from now on. */
export function wear(name) {
  if (name === "auto") localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, name);
  apply();
}

/** Puts the stored choice on the page. */
export function apply() {
  const name = theme();
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  document.dispatchEvent(new CustomEvent("theme"));
}

apply();
