// Commerce Layer's own library, asked one thing. usage: node js_auth.mjs FOLDER, FOLDER holding node_modules;
// on stdin {"platform": URL, "call": NAME, "with": [...]}; on stdout {"value": ...} or {"fault": "name: words"}.
// The library knows one authentication server by name; here its requests go to the one at "platform".

import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.argv[2], "package.json"));
const library = await import(pathToFileURL(require.resolve("@commercelayer/js-auth")));
const asked = JSON.parse(readFileSync(0, "utf8"));

const fetched = globalThis.fetch;
globalThis.fetch = (url, options) => {
    const own = String(url).replace(/^https:\/\/auth\.commercelayer\.io/, asked.platform);
    if (!own.startsWith(asked.platform)) throw new Error(`the library asks another server: ${url}`);
    return fetched(own, options);
};

const kept = new Map();
const storage = {
    name: "memory",
    getItem: async (key) => kept.get(key) ?? null,
    setItem: async (key, value) => void kept.set(key, value),
    removeItem: async (key) => void kept.delete(key),
};

// What a storefront does that was handed a customer's token: takes it, asks for it again, and logs out.
async function shop(client, customer) {
    const channel = library.makeSalesChannel(client, { storage });
    await channel.setCustomer(customer);
    const authorization = await channel.getAuthorization();
    return { authorization, revoked: await channel.logoutCustomer() };
}

const calls = { ...library, shop };
try {
    const value = await calls[asked.call](...asked.with);
    console.log(JSON.stringify({ value }));
} catch (fault) {
    console.log(JSON.stringify({ fault: `${fault.name}: ${fault.message}` }));
}
