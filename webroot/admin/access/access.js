// What somebody sees who is not signed in.

export { Setup } from "./setup.js";
export { SignIn } from "./signin.js";
