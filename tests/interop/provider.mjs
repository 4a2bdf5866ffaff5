// usage: node provider.mjs FOLDER, where FOLDER/node_modules holds oidc-provider
//
// OpenID providers on loopback, told by the tests what to be: one JSON command a line on standard input, one JSON
// answer a line on standard output. It ends when its input ends, so it cannot outlive the tests.
//
//   {"serve": {…}}    a provider; one more, or with the port of another in its place. Its members are read below.
//   {"heard": PORT}   what that provider was asked since the last look, and what it found wrong with it;
//                     logout tokens that it sent are there as well, with the answer (`backchannel`)
import { generateKeyPairSync } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

console.info = () => {}; // oidc-provider's notices would stand between our answers
const from = createRequire(join(process.argv[2], 'package.json'));
const { Provider } = await import(pathToFileURL(from.resolve('oidc-provider')));

const FAULTS = ['authorization', 'grant', 'userinfo', 'pushed_authorization_request', 'jwks', 'discovery'];
const CLAIMS = { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name'] };
const servers = new Map();

/** Signing keys, one of each kind, with the kids `${kid}-rsa` and so on; new ones each time. */
function freshKeys(kid) {
  const kinds = { rsa: ['rsa', { modulusLength: 2048 }], ec: ['ec', { namedCurve: 'P-256' }], okp: ['ed25519'] };
  const jwk = (kind) => generateKeyPairSync(...kinds[kind]).privateKey.export({ format: 'jwk' });
  return { keys: Object.keys(kinds).map((kind) => ({ ...jwk(kind), kid: `${kid}-${kind}`, use: 'sig' })) };
}
const keySets = new Map();
function keySet(name) {
  if (!keySets.has(name)) keySets.set(name, freshKeys(name.split('/')[0]));
  return keySets.get(name);
}

/** A listening server whose application can be exchanged while it runs. */
async function listening(create, port, tls) {
  const served = { app: null, heard: [] };
  served.server = create(tls, (request, response) => served.app(request, response));
  await new Promise((done, failed) => {
    served.server.once('error', failed).listen(port, '127.0.0.1', done);
  });
  served.port = served.server.address().port;
  return served;
}

/** Whoever logs in: `ada` has the address ada@acme.example, and it is verified. `more` claims are everybody's. */
const account = (more) => (ctx, sub) => {
  const [name] = sub.split('@');
  const email = sub.includes('@') ? sub : `${sub}@acme.example`;
  const claims = { sub, email, email_verified: true, name, given_name: name, family_name: 'Interop', ...more };
  return { accountId: sub, claims: () => claims };
};

function certificate(ctx) {
  const { raw } = ctx.req.socket.getPeerCertificate?.() ?? {};
  return raw && `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----`;
}

const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];
const BY_CERTIFICATE = ['tls_client_auth', 'self_signed_tls_client_auth'];
const MTLS = {
  enabled: true,
  certificateBoundAccessTokens: true,
  tlsClientAuth: true,
  selfSignedTlsClientAuth: true,
  getCertificate: certificate,
  certificateAuthorized: (ctx) => ctx.req.socket.authorized === true,
  certificateSubjectMatches: (ctx, property, expected) => property === 'tls_client_auth_san_dns'
    && ctx.req.socket.getPeerCertificate().subjectaltname === `DNS:${expected}`,
};

/**
 * port           that of a provider to be replaced; a free one without
 * keys           the name of its key set: the part before a slash is the beginning of the kids
 * login          more of what a login establishes (acr, amr)
 * person         more claims of everybody who logs in
 * mtls           {key, cert, ca}: token, PAR and userinfo endpoints have aliases at a TLS port that asks for
 *                certificates of clients
 * configuration  oidc-provider's own
 */
async function serve({ port = 0, keys = 'first', login = {}, person = {}, mtls, configuration }) {
  const served = servers.get(port) ?? await listening(http.createServer, port, {});
  const issuer = `http://127.0.0.1:${served.port}`;
  servers.set(served.port, served);

  const { features = {}, ...rest } = configuration;
  const dPoP = { ...features.dPoP };
  if (dPoP.requireNonce) {
    Object.assign(dPoP, { requireNonce: () => true, nonceSecret: Buffer.alloc(32, 'n') });
  }
  const discovery = {};
  if (mtls) {
    const options = { ...mtls, requestCert: true, rejectUnauthorized: false };
    served.tls ??= await listening(https.createServer, 0, options);
    const alias = `https://127.0.0.1:${served.tls.port}`;
    discovery.mtls_endpoint_aliases = {
      token_endpoint: `${alias}/token`,
      userinfo_endpoint: `${alias}/me`,
      pushed_authorization_request_endpoint: `${alias}/request`,
    };
    features.mTLS = MTLS;
  }
  const provider = new Provider(issuer, {
    claims: CLAIMS,
    clientAuthMethods: mtls ? [...METHODS, ...BY_CERTIFICATE] : METHODS,
    cookies: { keys: ['the tests sign cookies with this'] },
    discovery,
    features: { ...features, ...('dPoP' in features && { dPoP }) },
    fetch: (url, { dispatcher, ...options }) => fetch(url, options), // its own guard refuses loopback
    findAccount: account(person),
    jwks: keySet(keys),
    ...rest,
  });

  const finished = provider.interactionFinished.bind(provider);
  provider.interactionFinished = (request, response, result, options) => {
    const more = result.login ? { ...result, login: { ...result.login, ...login } } : result;
    return finished(request, response, more, options);
  };
  provider.use(async (ctx, next) => {
    await next();
    served.heard.push({
      route: ctx.oidc?.route ?? ctx.path,
      query: ctx.query,
      body: ctx.oidc?.body ?? {},
      scheme: ctx.get('authorization').split(' ')[0],
      dpop: ctx.get('dpop') !== '',
      encrypted: ctx.req.socket.encrypted === true,
      status: ctx.status,
      fault: ctx.fault ?? '',
    });
  });
  const note = (ctx, error) => {
    ctx.fault = [error.error ?? error.stack, error.error_description, error.error_detail].filter(Boolean).join(': ');
  };
  const told = (fault) => (client, sub, sid) => served.heard.push({
    route: 'backchannel', query: {}, body: { client_id: client.clientId, sub, sid }, scheme: '', dpop: false, encrypted: false,
    status: fault?.response?.status ?? (fault ? 0 : 200), fault: fault ? fault.message : '',
  });
  provider.on('backchannel.success', (ctx, ...whom) => told()(...whom));
  provider.on('backchannel.error', (ctx, error, ...whom) => told(error)(...whom));
  for (const event of [...FAULTS.map((name) => `${name}.error`), 'server_error']) provider.on(event, note);
  served.app = provider.callback();
  if (served.tls) served.tls.app = served.app;
  return { issuer, port: served.port };
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = command.serve ? await serve(command.serve) : { heard: servers.get(command.heard).heard.splice(0) };
  } catch (error) {
    answer = { fault: error.stack };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
