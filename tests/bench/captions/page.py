"""What the benchmark runs in the page: it adds cues, and records when the layer shows and removes each."""

from __future__ import annotations

# Cue n is shown from n/2 + 0.1 to n/2 + 0.4 seconds, as a viewer's file. `crowd`: so many longer ones at the same time.
ADD = """async crowd => {
    const time = s => new Date(s * 1000).toISOString().slice(11, 23)
    const cue = (from, to, text) => `${time(from)} --> ${time(to)}\\n${text}`
    const cues = Array.from({ length: 180 }, (_, n) => cue(n / 2 + 0.1, n / 2 + 0.4, `#${n}`))
    for (let n = 0; n < crowd; n++) cues.push(cue(0.01 * n, 90, `the line number ${"abcdefgh"[n]}`))
    const until = async ready => { while (!ready()) await new Promise(done => setTimeout(done, 20)) }
    const button = document.querySelector("[data-captions]")
    if (!document.querySelector("[data-caption-file]")) button.click()
    await until(() => document.querySelector("[data-caption-file]"))
    const input = document.querySelector("[data-caption-file]")
    const files = new DataTransfer()
    files.items.add(new File([`WEBVTT\\n\\n${cues.join("\\n\\n")}`], `${crowd}.vtt`))
    input.files = files.files
    input.dispatchEvent(new Event("change"))
    await until(() => [...document.querySelectorAll("[data-caption-tracks] input")]
        .some(({ value, checked }) => checked && value.includes(`${crowd}.vtt`)))
    document.querySelector(".captions-menu").hidePopover()
}"""
# Records each change, the position at that moment and at the next frame, and how long the page's thread stood still.
WATCH = """() => {
    const media = document.querySelector("[data-media]")
    const layer = document.querySelector("[data-caption-layer]")
    const shown = () => { const found = /#(\\d+)/.exec(layer.textContent); return found && Number(found[1]) }
    let frame = null, last = shown(), jumped = true, beat = performance.now()
    window.changes = []
    window.pauses = []
    window.cueShown = shown
    setInterval(() => {
        const now = performance.now()
        if (now - beat > 12) pauses.push([beat + 4, now])
        beat = now
    }, 4)
    const onFrame = (_now, { mediaTime, expectedDisplayTime }) => {
        frame = { mediaTime, expectedDisplayTime }
        media.requestVideoFrameCallback(onFrame)
    }
    media.requestVideoFrameCallback?.(onFrame)
    media.addEventListener("seeking", () => { jumped = true; frame = null })
    const positionS = () => {
        const { currentTime, playbackRate } = media
        if (!frame) return currentTime
        const shownS = frame.mediaTime + ((performance.now() - frame.expectedDisplayTime) / 1000) * playbackRate
        return Math.abs(shownS - currentTime) < 0.1 * playbackRate ? shownS : currentTime
    }
    new MutationObserver(() => {
        const [before, now] = [last, (last = shown())]
        if (before === now) return
        const change = { dueS: now === null ? before / 2 + 0.4 : now / 2 + 0.1, atS: positionS(), frameS: null,
            rate: media.playbackRate, atMs: performance.now(), skipped: now !== null && before !== null }
        if (!jumped) changes.push(change)
        jumped = false
        requestAnimationFrame(() => requestAnimationFrame(() => (change.frameS = positionS())))
    }).observe(layer, { childList: true, subtree: true })
}"""
# [late in the document, late on the next frame, of which the page's thread stood still], in ms of real time.
LATE = """() => changes.splice(0).flatMap(({ dueS, atS, frameS, rate, atMs }) => {
    if (frameS === null) return []
    const late = s => (s - dueS) / rate * 1000
    const [from, to] = [atMs - late(atS), atMs]
    const within = ([began, ended]) => Math.max(0, Math.min(ended, to) - Math.max(began, from))
    const still = pauses.reduce((sum, pause) => sum + within(pause), 0)
    return [[late(atS), late(frameS), still]]
})"""
# How long after `seeked` the right cue, or none, is shown.
SEEK = """async toS => {
    const media = document.querySelector("[data-media]")
    await new Promise(done => { media.addEventListener("seeked", done, { once: true }); media.currentTime = toS })
    const began = performance.now()
    const wanted = () => { const within = media.currentTime % 0.5
        return within >= 0.1 && within < 0.4 ? Math.floor(media.currentTime * 2) : null }
    while (cueShown() !== wanted() && performance.now() - began < 2000) await new Promise(done => setTimeout(done, 1))
    return performance.now() - began
}"""
SAY = "([type, fields]) => watchium.room.say(type, fields).then(() => true)"
