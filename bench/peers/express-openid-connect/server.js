// A page that express-openid-connect protects, as its documentation has it.
"use strict";

const express = require("express");
const { auth } = require("express-openid-connect");

const { PORT, ISSUER } = process.env;
const app = express();
app.use(auth({
  issuerBaseURL: ISSUER,
  baseURL: `http://127.0.0.1:${PORT}`,
  clientID: "bench",
  clientSecret: "secret",
  secret: "0123456789abcdef0123456789abcdef",
  authRequired: true,
  authorizationParams: { response_type: "code", response_mode: "query", scope: "openid email profile" },
}));
app.get("/protected", (request, response) => { response.send("Hello"); });
app.listen(Number(PORT), "127.0.0.1");
