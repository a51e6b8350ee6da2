#!/usr/bin/env node
// Starts the command line on a Node that can run it, and says which one is needed on any other. Old JavaScript only
// (Node 12 must be able to read it), and CommonJS by the package.json beside it.
"use strict";

var fs = require("fs");
var path = require("path");
var url = require("url");

var root = path.join(__dirname, "..");
var needed = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).engines.node;
var present = process.versions.node;

function numbersOf(version) {
  return version
    .replace(/^[^0-9]*/, "")
    .split(".")
    .map(function (part) {
      return parseInt(part, 10) || 0;
    });
}

function isOlder(version, least) {
  var a = numbersOf(version);
  var b = numbersOf(least);
  for (var index = 0; index < 3; index += 1) {
    if (a[index] !== b[index]) return a[index] < b[index];
  }
  return false;
}

function fail(happened, means, toDo) {
  process.stderr.write("runyard: " + happened + "\n  This means: " + means + ".\n  What to do: " + toDo + ".\n");
  process.exitCode = 1;
}

if (isOlder(present, needed)) {
  fail(
    "this is Node " + present + " (" + process.execPath + "), but Node " + needed + " is needed",
    "the Node that stands first in PATH is too old for runyard",
    "install a newer Node from https://nodejs.org, or put one that is installed first in PATH",
  );
} else {
  // A checkout runs from its sources: what was built there once may be older than they are. A package has none.
  var source = path.join(root, "src", "programs", "cli.ts");
  var program = fs.existsSync(source) ? source : path.join(root, "dist", "programs", "cli.js");
  import(url.pathToFileURL(program).href)
    .then(function (cli) {
      return cli.main();
    })
    .catch(function (error) {
      fail(
        "the program could not be started: " + error.message,
        "the installation is incomplete or damaged",
        "install it again: `npm ci` in a checkout, else `npm install --global runyard`",
      );
      if (process.env.RUNYARD_DEBUG === "1") process.stderr.write(error.stack + "\n");
    });
}
