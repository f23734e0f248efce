// Loaded into Node before jsii: the AWS provider's index.js requires all of its 2,135 modules, the lazy-index.js that
// it ships beside that requires only those that are used.
"use strict";
const { existsSync } = require("fs");
const Module = require("module");
const path = require("path");

const eager = path.join("lib", "index.js");
const resolve = Module._resolveFilename;
Module._resolveFilename = function (...request) {
  const file = resolve.apply(this, request);
  const lazy = path.join(path.dirname(file), "lazy-index.js");
  return file.includes(path.join("@cdktf", "provider-aws")) && file.endsWith(eager) && existsSync(lazy) ? lazy : file;
};
