// Here, and not in deno.json: what runs has no use for it. deno.lock pins it as the others.
export { default } from "npm:fast-check@4.10.2";
