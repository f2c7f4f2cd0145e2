// @ts-check
/** Why media without encryption do not load on a page with it. */

import { gettext } from "../lib/i18n.js"

export function mixedContentWords() {
  return gettext("Browsers block http media on an https page. Use an https address.")
}
