export class Setup extends HTMLElement {}
customElements.define("r-setup", Setup);
