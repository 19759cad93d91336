// SPDX-License-Identifier: LGPL-2.1-or-later
// node tuf_js.mjs LIBRARY METADATA_DIR METADATA_URL TARGET_DIR TARGET_URL TARGET…: refreshes and downloads with tuf-js.
// METADATA_DIR holds the root of trust. The first line of an error goes to stderr.
import { createRequire } from "node:module";

const [library, metadataDir, metadataBaseUrl, targetDir, targetBaseUrl, ...targets] = process.argv.slice(2);
const { Updater } = createRequire(`${library}/`)("tuf-js");

try {
    const updater = new Updater({ metadataDir, metadataBaseUrl, targetDir, targetBaseUrl });
    await updater.refresh();
    for (const path of targets) {
        const info = await updater.getTargetInfo(path);
        if (info === undefined) {
            throw new Error(`${path}: no role lists it`);
        }
        console.log(await updater.downloadTarget(info));
    }
} catch (error) {
    console.error(String(error).split("\n")[0]);
    process.exit(1);
}
