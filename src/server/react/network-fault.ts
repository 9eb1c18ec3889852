/** What went wrong on the way to a receiver, by the code of Node's error: `where` is what was to be reached. */
const SENTENCES: Record<string, (where: string, detail: string) => string> = {
  ECONNREFUSED: (where) => `${where} refused the connection: nothing listens there`,
  ECONNRESET: (where) => `${where} closed the connection without an answer`,
  EPIPE: (where) => `${where} closed the connection without an answer`,
  ETIMEDOUT: (where) => `no connection to ${where} came about: it does not answer`,
  EHOSTUNREACH: (where) => `there is no way from this server to ${where}`,
  ENETUNREACH: (where) => `there is no way from this server to ${where}`,
  ENOTFOUND: (where) => `no address is known for ${where}`,
  EAI_AGAIN: (where) => `the address of ${where} cannot be looked up for now`,
  CERT_HAS_EXPIRED: (where) => `the certificate of ${where} has expired`,
  ERR_TLS_CERT_ALTNAME_INVALID: (where, detail) => `the certificate of ${where} is not for that name (${detail})`,
};

/** Of certificates that are in order but for who signed them; Node names them in its documentation of `tls`. */
const UNTRUSTED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Why nothing could be sent to a receiver, or no answer be read, in words. */
export function networkFaultText(error: unknown, where: string): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  const sentence = SENTENCES[code];
  if (sentence !== undefined) return sentence(where, error.message);
  if (UNTRUSTED.has(code)) {
    return `the certificate of ${where} is not trusted by this server (${error.message}); $NODE_EXTRA_CA_CERTS names a file of others that are`;
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) return `${where} does not speak TLS as is expected there`;
  if (code.startsWith("HPE_")) return `what ${where} answered is not HTTP`;
  return error.message;
}

/** Libraries put codes of their own in front of the system's, which stays in the message. */
function codeOf(error: Error): string {
  const own = "code" in error && typeof error.code === "string" ? error.code : "";
  if (own in SENTENCES || UNTRUSTED.has(own)) return own;
  return Object.keys(SENTENCES).find((code) => error.message.includes(code)) ?? own;
}
