// @ts-check
/**
 * WebAuthn's values as JSON and back: ArrayBuffers as base64url. Browsers have methods for it since 2023 to 2025
 * only, and passkeys before.
 */

/** @param {string} text base64url, without padding */
export function toBytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(binary, (char) => char.charCodeAt(0))
}

/** @param {ArrayBuffer} buffer */
export function toText(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("")
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
}

/** @typedef {{id: string, type: PublicKeyCredentialType, transports?: AuthenticatorTransport[]}} Descriptor */

/** @param {Descriptor[]} [list] */
const descriptors = (list = []) => list.map((each) => ({ ...each, id: toBytes(each.id) }))

/**
 * The argument of `navigator.credentials.create`.
 * @param {any} options
 * @returns {PublicKeyCredentialCreationOptions}
 */
export function creationOptions(options) {
  return {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: descriptors(options.excludeCredentials),
  }
}

/**
 * The argument of `navigator.credentials.get`.
 * @param {any} options
 * @returns {PublicKeyCredentialRequestOptions}
 */
export function requestOptions(options) {
  return {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: descriptors(options.allowCredentials),
  }
}

const FIELDS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]

/**
 * What the browser returned, as the server verifies it.
 * @param {PublicKeyCredential} credential
 */
export function credentialMessage(credential) {
  const from = /** @type {Record<string, any>} */ (/** @type {unknown} */ (credential.response))
  const response = Object.fromEntries(
    FIELDS.filter((name) => from[name]).map((name) => [name, toText(from[name])]),
  )
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: {},
  }
}
