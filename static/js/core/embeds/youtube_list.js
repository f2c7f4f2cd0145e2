// @ts-check
/** Playlists of YouTube: their addresses, and which videos its player says are in one. Pure. */

import { isObject, parseObject, playerUrl, VIDEO_ID } from "./youtube_protocol.js"

const HOST = /^(?:[\w-]+\.)*youtube(?:-nocookie)?\.com$/
const PATHS = ["/playlist", "/embed/videoseries"]
const LIST_ID = /^[\w-]{2,64}$/
const MAX_VIDEOS = 200 // as many as the player lists

/** The id of the playlist that an address names alone; null for other addresses. @param {string} address */
export function listIdOf(address) {
  if (!URL.canParse(address)) return null
  const { hostname, pathname, searchParams } = new URL(address)
  const id = searchParams.get("list") ?? ""
  return HOST.test(hostname) && PATHS.includes(pathname) && LIST_ID.test(id) ? id : null
}

/** @param {string} listId @param {string} ownOrigin */
export function listFrameUrl(listId, ownOrigin) {
  const url = playerUrl("videoseries", ownOrigin)
  url.searchParams.set("list", listId)
  return url.href
}

/**
 * Addresses of the videos that a message of the player lists; empty if it lists none.
 * @param {unknown} data
 * @returns {string[]}
 */
export function listedVideos(data) {
  const info = parseObject(data)?.info
  const ids = isObject(info) && Array.isArray(info.playlist) ? info.playlist : []
  return ids
    .filter((id) => typeof id === "string" && VIDEO_ID.test(id))
    .slice(0, MAX_VIDEOS)
    .map((id) => `https://www.youtube.com/watch?v=${id}`)
}
