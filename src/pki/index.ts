/**
 * Keys, X.509 certificates and requests, and JSON Web Tokens, on synchronous cryptography.
 * Knows no file, no socket and no Kubernetes object; time and randomness are handed in. Start at {@link createAuthority}
 * and {@link signJwt}.
 */
export {
  type Authority,
  authorityFromPem,
  createAuthority,
  type IssueRequest,
  type IssueSources,
  issueCertificate,
  issueKeyPair,
  type KeyPair,
} from "./authority.ts";
export { type Certificate, certificateToPem, parseCertificate, parseCertificates } from "./certificate.ts";
export { PkiError, type PkiErrorCode } from "./errors.ts";
export type { AlternativeNames, ExtendedKeyUsage, Extensions, KeyUsage } from "./extensions.ts";
export {
  audiencesOf,
  type JwtAlgorithm,
  type JwtClaims,
  type JwtHeader,
  type JwtKey,
  jwksOf,
  jwtKey,
  type ParsedJwt,
  parseJwt,
  signJwt,
  type VerifyJwtOptions,
  verifyJwt,
} from "./jwt.ts";
export {
  generateKey,
  generateRsaKey,
  type KeyAlgorithm,
  keyIdOf,
  type PrivateKey,
  privateKeyFromPem,
  privateKeyToPem,
  publicKeyFromPem,
  publicKeyToPem,
} from "./key.ts";
export type { Subject } from "./name.ts";
export { decodePem, type PemBlock } from "./pem.ts";
export { type CertificateRequest, createCertificateRequest, parseCertificateRequest } from "./request.ts";
export { type CertificateUser, userOfCertificate, type VerifyOptions, verifyCertificate } from "./verify.ts";
