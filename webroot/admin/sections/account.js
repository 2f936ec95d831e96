import { Page } from "../shell/page.js";

export default class extends Page {}
