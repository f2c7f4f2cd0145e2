/** Django's admin: the icons that its script draws beside a filter get the role that their names need. */

addEventListener("load", () => {
  for (const icon of document.querySelectorAll("span.search-label-icon[aria-label]"))
    icon.setAttribute("role", "img")
})
