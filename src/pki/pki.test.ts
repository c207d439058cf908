import assert from "node:assert/strict";
import {
  createHash,
  createSign,
  createVerify,
  generateKeyPairSync,
  X509Certificate as NodeCertificate,
} from "node:crypto";
import { suite, test } from "node:test";
import { importJWK, importSPKI, jwtVerify, SignJWT } from "jose";
import { cryptoRandom, seededRandom } from "../base/index.ts";
import { ipBytes } from "./extensions.ts";
import {
  authorityFromPem,
  certificateToPem,
  createAuthority,
  createCertificateRequest,
  decodePem,
  generateKey,
  issueCertificate,
  issueKeyPair,
  jwksOf,
  jwtKey,
  keyIdOf,
  parseCertificate,
  parseCertificateRequest,
  parseCertificates,
  parseJwt,
  privateKeyFromPem,
  privateKeyToPem,
  publicKeyToPem,
  signJwt,
  userOfCertificate,
  verifyCertificate,
  verifyJwt,
} from "./index.ts";

// The oracle's injection library wants metadata reflection to exist; it decorates nothing that needs it.
Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined, defineMetadata: () => {} });
const oracle = await import("@peculiar/x509");

const nowMs = Date.UTC(2026, 5, 1, 12, 30, 15);
const sources = () => ({ clock: { now: () => nowMs }, random: seededRandom("pki") });
const algorithms = ["ecdsa-p256", "ed25519"] as const;

for (const algorithm of algorithms)
  for (const deterministic of [false, true])
    suite(`certificates on ${algorithm}, ${deterministic ? "deterministic" : "random"} signatures`, () => {
      const authority = createAuthority({ ...sources(), commonName: "kubernetes", algorithm, deterministic });
      const issue = () =>
        issueKeyPair(authority, {
          ...sources(),
          subject: { commonName: "system:node:a", organizations: ["system:nodes", "other"], uid: "u-1" },
          sans: { dns: ["localhost", "*.a.svc"], ip: ["127.0.0.1", "fd00::1:0:0:2"] },
          usages: ["server auth", "client auth"],
        });

      test("other implementations read what was issued and accept its signature", async () => {
        const { certificate, certificatePem } = issue();
        const node = new NodeCertificate(certificatePem);
        assert.ok(node.verify(authority.key.publicKey));
        assert.ok(node.checkIssued(new NodeCertificate(certificateToPem(authority.certificate))));
        assert.match(node.subject, /CN=system:node:a/);
        assert.equal(node.checkIP("fd00::1:0:0:2"), "fd00::1:0:0:2");
        assert.ok(node.checkHost("x.a.svc"));
        assert.equal(node.checkHost("y.x.a.svc"), undefined);
        assert.equal(new Date(node.validTo).getTime(), certificate.notAfterMs);
        const read = new oracle.X509Certificate(certificatePem);
        assert.equal(read.serialNumber, Buffer.from(certificate.serialNumber).toString("hex"));
        assert.deepEqual(read.subjectName.getField("O").sort(), ["other", "system:nodes"]);
        const ca = new oracle.X509Certificate(certificateToPem(authority.certificate));
        const verified = await read.verify({ publicKey: await ca.publicKey.export(), signatureOnly: true });
        assert.ok(verified);
      });

      test("a certificate reads back as it was asked for", () => {
        const { certificate } = issue();
        assert.equal(certificate.subject.commonName, "system:node:a");
        assert.deepEqual([...certificate.subject.organizations!].sort(), ["other", "system:nodes"]);
        assert.deepEqual(certificate.extensions.sans?.ip, ["127.0.0.1", "fd00::1:0:0:2"]);
        assert.deepEqual(certificate.extensions.extendedKeyUsages, ["server auth", "client auth"]);
        const user = userOfCertificate(certificate.der)!;
        assert.equal(user.name, "system:node:a");
        assert.equal(user.uid, "u-1");
        assert.equal(user.credentialId, `X509SHA256=${createHash("sha256").update(certificate.der).digest("hex")}`);
      });

      test("a chain holds for its time, usage and names only", () => {
        const { certificate } = issue();
        const roots = [authority.certificate];
        const code = (options: object) => {
          try {
            verifyCertificate(certificate, { roots, nowMs, usage: "server auth", ...options });
            return "ok";
          } catch (error) {
            return (error as { code: string }).code;
          }
        };
        assert.equal(code({}), "ok");
        assert.equal(code({ host: "LOCALHOST" }), "ok");
        assert.equal(code({ host: "[fd00:0::1:0:0:2]" }), "ok");
        assert.equal(code({ host: "b.b.a.svc" }), "wrongName");
        assert.equal(code({ host: "127.0.0.2" }), "wrongName");
        assert.equal(code({ usage: "code signing" }), "wrongUsage");
        assert.equal(code({ nowMs: certificate.notAfterMs + 1 }), "expired");
        assert.equal(code({ nowMs: certificate.notBeforeMs - 1 }), "notYetValid");
        const impostor = createAuthority({
          ...sources(),
          random: seededRandom("other"),
          commonName: "kubernetes",
          algorithm,
        });
        assert.equal(code({ roots: [impostor.certificate] }), "untrusted");
        assert.equal(code({ roots: [] }), "untrusted");
      });

      test("a leaf can't act as an authority", () => {
        const leaf = issue();
        const forged = issueCertificate(leaf, {
          ...sources(),
          subject: { commonName: "admin" },
          usages: ["client auth"],
          publicKey: leaf.key.publicKey,
        });
        assert.throws(
          () =>
            verifyCertificate(forged, {
              roots: [authority.certificate],
              intermediates: [leaf.certificate],
              nowMs,
              usage: "client auth",
            }),
          { code: "untrusted" },
        );
      });

      test("an authority survives being stored", () => {
        const stored = { certificate: certificateToPem(authority.certificate), key: privateKeyToPem(authority.key) };
        const again = authorityFromPem({ ...stored, deterministic });
        assert.ok(Buffer.from(authority.certificate.der).equals(again.certificate.der));
        assert.throws(
          () =>
            authorityFromPem({ ...stored, key: privateKeyToPem(generateKey({ random: cryptoRandom(), algorithm })) }),
          { code: "malformed" },
        );
      });

      if (deterministic || algorithm === "ed25519")
        test("deterministic means byte for byte", () => {
          assert.equal(issue().certificatePem, issue().certificatePem);
          const again = createAuthority({ ...sources(), commonName: "kubernetes", algorithm, deterministic });
          assert.ok(Buffer.from(authority.certificate.der).equals(again.certificate.der));
        });

      test("requests go round and other implementations read them", async () => {
        const key = generateKey({ random: cryptoRandom(), algorithm, deterministic });
        const subject = { commonName: "system:node:b", organizations: ["system:nodes"] };
        const pem = createCertificateRequest({ key, subject, sans: { dns: ["b"], ip: ["::1"] } });
        const request = parseCertificateRequest(pem);
        assert.deepEqual(request.subject, subject);
        assert.deepEqual(request.extensions.sans, { dns: ["b"], ip: ["::1"], uri: [], email: [] });
        assert.ok(await new oracle.Pkcs10CertificateRequest(pem).verify());
        const broken = pem.replace(/.{20}\n-----END/, (tail) => `${"A".repeat(20)}\n-----END${tail.slice(0, 0)}`);
        assert.throws(() => parseCertificateRequest(broken));
      });

      test("tokens: another implementation accepts ours and the other way round", async () => {
        const { key } = authority;
        const algorithmName = algorithm === "ed25519" ? "EdDSA" : "ES256";
        const claims = { iss: "https://k", sub: "system:serviceaccount:a:b", aud: ["x"], exp: nowMs / 1000 + 60 };
        const token = signJwt(claims, key);
        const publicKey = await importSPKI(publicKeyToPem(key.publicKey), algorithmName);
        const read = await jwtVerify(token, publicKey, { audience: "x", currentDate: new Date(nowMs) });
        assert.deepEqual(read.payload, claims);
        assert.equal(read.protectedHeader.kid, keyIdOf(key.publicKey));
        const jwks = jwksOf([key.publicKey]);
        await jwtVerify(token, await importJWK(jwks.keys[0] as never), { currentDate: new Date(nowMs) });
        const foreign = await new SignJWT(claims).setProtectedHeader({ alg: algorithmName }).sign(key.key);
        assert.deepEqual(verifyJwt(foreign, { keys: [jwtKey(key.publicKey)], nowMs, issuers: ["https://k"] }), claims);
      });
    });

suite("tokens", () => {
  const key = generateKey({ random: seededRandom(1), algorithm: "ed25519" });
  const base = { iss: "i", sub: "s", aud: ["a", "b"], exp: nowMs / 1000 + 10, nbf: nowMs / 1000, iat: nowMs / 1000 };
  const verify = (claims: object, options = {}) =>
    verifyJwt(signJwt({ ...base, ...claims }, key), {
      keys: [jwtKey(key.publicKey)],
      nowMs,
      issuers: ["i"],
      audiences: ["b"],
      ...options,
    });

  test("time, issuer and audience are checked", () => {
    assert.equal(verify({}).sub, "s");
    assert.throws(() => verify({ exp: nowMs / 1000 }), { code: "expired" });
    assert.throws(() => verify({ nbf: nowMs / 1000 + 1 }), { code: "notYetValid" });
    assert.throws(() => verify({ iat: nowMs / 1000 + 1 }), { code: "notYetValid" });
    assert.throws(() => verify({ iss: "j" }), { code: "wrongIssuer" });
    assert.throws(() => verify({ aud: "c" }), { code: "wrongAudience" });
    assert.throws(() => verify({ exp: "soon" }), { code: "malformed" });
  });

  test("a token can't choose its algorithm", () => {
    const secret = publicKeyToPem(key.publicKey);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    for (const alg of ["none", "HS256", "RS256", "ES256"]) {
      const token = `${part({ alg })}.${part(base)}.${Buffer.from(secret).toString("base64url")}`;
      assert.throws(() => verifyJwt(token, { keys: [jwtKey(key.publicKey)], nowMs, issuers: ["i"] }), {
        code: "badSignature",
      });
    }
  });

  test("one changed bit in any part is refused", () => {
    const token = signJwt(base, key);
    const flip = (index: number) => token.slice(0, index) + (token[index] === "A" ? "B" : "A") + token.slice(index + 1);
    for (let index = 0; index < token.length - 1; index += 7)
      assert.throws(() => verifyJwt(flip(index), { keys: [jwtKey(key.publicKey)], nowMs, issuers: ["i"] }));
  });

  test("RS256 tokens are read, and signed with an RSA key from a file", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const rsa = privateKeyFromPem(privateKey.export({ format: "pem", type: "pkcs1" }) as string);
    const token = signJwt(base, rsa);
    const { header, signedBytes, signature } = parseJwt(token);
    assert.equal(header.alg, "RS256");
    assert.ok(createVerify("sha256").update(signedBytes).verify(publicKey, signature));
    assert.equal(verifyJwt(token, { keys: [jwtKey(publicKey)], nowMs, issuers: ["i"] }).sub, "s");
    assert.equal(createSign("sha256").update(signedBytes).sign(privateKey).equals(signature), true);
  });
});

test("RFC 6979: the published signature of P-256 with SHA-256 on 'sample'", async () => {
  const { signDeterministic } = await import("./ecdsa.ts");
  const { createECDH, createPrivateKey } = await import("node:crypto");
  const d = Buffer.from("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721", "hex");
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  const url = (bytes: Buffer) => bytes.toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", d: url(d), x: url(point.subarray(1, 33)), y: url(point.subarray(33)) };
  const signature = signDeterministic(
    createPrivateKey({ key: jwk, format: "jwk" }),
    Buffer.from("sample"),
    "ieee-p1363",
  );
  assert.equal(
    Buffer.from(signature).toString("hex").toUpperCase(),
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716" +
      "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
  );
});

test("broken DER is refused, never misread", () => {
  const { certificate } = createAuthority({ ...sources(), commonName: "ca" });
  for (let cut = 0; cut < certificate.der.length; cut += 3)
    assert.throws(() => parseCertificate(certificate.der.subarray(0, cut)), { name: "PkiError" });
  assert.throws(() => parseCertificate(Buffer.concat([certificate.der, Buffer.of(0)])), { code: "malformed" });
  assert.throws(() => decodePem("-----BEGIN CERTIFICATE-----\nAAAA"), { code: "malformed" });
  assert.equal(parseCertificates(`noise\n${certificateToPem(certificate)}${certificateToPem(certificate)}`).length, 2);
});

test("IPv6 addresses have their 16 bytes", () => {
  const hex = (address: string) => Buffer.from(ipBytes(address)).toString("hex");
  assert.equal(hex("::"), "0".repeat(32));
  assert.equal(hex("::ffff:10.0.0.1"), "00000000000000000000ffff0a000001");
  assert.equal(hex("2001:db8::1"), "20010db8000000000000000000000001");
  assert.throws(() => ipBytes("10.0.0.256"));
});
