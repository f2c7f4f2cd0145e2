"""Play a file in a room's page, in any engine, and look: the number of the picture shown, and the tone heard.

The page is that of the room's host. Pictures are read from a canvas, tones from a recording of what the element plays,
so that a black picture or silence is found even if the element reports neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.media.recipes import BITS, BOX, HEIGHT, WIDTH

RATE = 24000 / 1001
SEEKS_S = (2.51, 0.73)
TONES_HZ = (440, 880)

OPEN = """async (address, itemId) => {
    const media = () => document.querySelector("[data-media]")
    const until = async (true_, ms) => {
        const end = performance.now() + ms
        while (!true_()) {
            if (performance.now() > end) return false
            await new Promise(done => setTimeout(done, 40))
        }
        return true
    }
    window.bench = { media, until }
    const room = window.watchium.room
    try { await room.say("load", { media_url: address }) }
    catch (refusal) { return { refused: String(refusal?.message ?? refusal) } }
    const isLoaded = () => room.state.timeline.media?.item_id === itemId && media() && media().readyState >= 2
    const opened = await until(() => isLoaded() || media()?.error, 12000)
    return { opened, error: media()?.error?.message ?? "", width: media()?.videoWidth ?? 0,
        durationS: media()?.duration ?? 0 }
}"""
SEEK = """async (seconds, expected, width, height, bits, box) => {
    const { media, until } = window.bench
    await window.watchium.room.say("seek", { current_time: seconds })
    const there = await until(
        () => !media().seeking && media().readyState >= 2 && Math.abs(media().currentTime - seconds) < 0.05, 8000)
    if (!there || !media().videoWidth) return { there, atS: media().currentTime, number: null }
    const canvas = Object.assign(document.createElement("canvas"), { width, height })
    const context = canvas.getContext("2d", { willReadFrequently: true })
    const shown = () => {
        context.drawImage(media(), 0, 0, width, height)
        const at = bit => context.getImageData(bit * box + box / 2, height - box / 2, 1, 1).data[1]
        return Array.from({ length: bits }, (_, bit) => (at(bit) > 127 ? 1 << bit : 0)).reduce((a, b) => a + b)
    }
    await until(() => shown() === expected, 3000) // the former picture is shown for a moment after `seeked`
    await new Promise(done => setTimeout(done, 150))
    return { there, atS: media().currentTime, number: shown() }
}"""
# Firefox without a sound card never starts an AudioContext, but records what an element plays.
LISTEN = """async (tones) => {
    const { media, until } = window.bench
    const element = media()
    const from = element.currentTime
    if (!element.captureStream && !element.mozCaptureStream) return analyse()
    const stream = (element.captureStream ?? element.mozCaptureStream).call(element)
    await window.watchium.room.say("play", {})
    await until(() => element.currentTime > from + 0.2 && stream.getAudioTracks().length, 4000)
    const tracks = stream.getAudioTracks()
    let hertz = 0
    // a recorder on a busy machine may miss the first of a sound
    for (let tries = 0; tracks.length && !hertz && tries < 3 && !element.ended; tries++)
        hertz = await frequency(await record(new MediaStream(tracks)))
    const movedS = element.currentTime - from
    await window.watchium.room.say("pause", {})
    return { hertz, movedS }

    // WebKitGTK records no element, and its AudioContext runs without a sound card.
    async function analyse() {
        const ears = (window.benchEars ??= listenTo(element))
        await ears.context.resume()
        await window.watchium.room.say("play", {})
        await until(() => element.currentTime > from + 0.2, 4000)
        let hertz = 0
        for (let tries = 0; !hertz && tries < 4 && !element.ended; tries++) {
            await new Promise(done => setTimeout(done, 500))
            hertz = loudest(ears)
        }
        const movedS = element.currentTime - from
        await window.watchium.room.say("pause", {})
        return { hertz, movedS }
    }

    function listenTo(element) {
        const context = new AudioContext()
        const analyser = Object.assign(context.createAnalyser(), { fftSize: 8192, smoothingTimeConstant: 0 })
        context.createMediaElementSource(element).connect(analyser).connect(context.destination)
        return { context, analyser }
    }

    function loudest({ context, analyser }) {
        const levels = new Float32Array(analyser.frequencyBinCount)
        analyser.getFloatFrequencyData(levels)
        const step = context.sampleRate / analyser.fftSize
        const peak = levels.indexOf(Math.max(...levels)) * step
        return Number.isFinite(Math.max(...levels)) ? (tones.find(tone => Math.abs(tone - peak) < 3 * step) ?? 0) : 0
    }

    async function record(stream) {
        const recorder = new MediaRecorder(stream)
        const pieces = []
        recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data))
        const stopped = new Promise(done => recorder.addEventListener("stop", done))
        recorder.start()
        await new Promise(done => setTimeout(done, 700))
        recorder.stop()
        await stopped
        return new Blob(pieces).arrayBuffer()
    }

    async function frequency(data) {
        const audio = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(data).catch(() => null)
        if (!audio) return 0
        const channels = Array.from({ length: audio.numberOfChannels }, (_, at) => audio.getChannelData(at))
        const energyOf = samples => samples.reduce((sum, sample) => sum + sample * sample, 0)
        const samples = channels.reduce((loudest, each) => (energyOf(each) > energyOf(loudest) ? each : loudest))
        const energy = energyOf(samples)
        if (energy < 1) return 0
        // Which tone holds most of the energy? In short pieces: the rate varies while a room keeps in step.
        const powerOf = (tone, piece) => {
            const step = (2 * Math.PI * tone) / audio.sampleRate
            const re = piece.reduce((sum, sample, at) => sum + sample * Math.cos(step * at), 0)
            const im = piece.reduce((sum, sample, at) => sum + sample * Math.sin(step * at), 0)
            return (2 * (re * re + im * im)) / piece.length
        }
        const shares = tones.map(tone => {
            let power = 0
            for (let at = 0; at + 1024 <= samples.length; at += 1024)
                power += powerOf(tone, samples.subarray(at, at + 1024))
            return power / energy
        })
        const best = shares.indexOf(Math.max(...shares))
        return shares[best] > 0.5 ? tones[best] : 0
    }
}"""


@dataclass(frozen=True)
class Seen:
    """What a page played. `problem`: why it did not, in a few words; empty if picture, sound and seeks are right.

    `early`: pictures by which the one shown after a paused seek was too early, within what was allowed.
    """

    problem: str
    refused: bool = False
    hertz: int = 0
    early: int = 0


def play(
    page: Any, address: str, item_id: int, *, film: bool, most_early: int = 0, begins_s: float = 0.0
) -> Seen:
    """Load an item, seek while paused, and play. `page` is a Playwright page or one of `tests.engines`.

    `most_early`: pictures by which a paused one may be too early; `begins_s`: where in the whole film a part begins.
    """
    opened = _call(page, OPEN, address, item_id)
    if "refused" in opened:
        return Seen(opened["refused"], refused=True)
    if not opened["opened"] or opened["error"]:
        return Seen(f"does not open: {opened['error'] or 'no data within 12 s'}")
    if film and not opened["width"]:
        return Seen("no picture")
    early = 0
    for at_s in SEEKS_S:
        seconds = max(0.3, at_s - begins_s)
        expected = int((seconds + begins_s) * RATE)
        found = _call(page, SEEK, seconds, expected, WIDTH, HEIGHT, BITS, BOX)
        if not found["there"]:
            return Seen(f"cannot seek to {seconds}: at {found['atS']:.3f}")
        if film and not 0 <= expected - found["number"] <= most_early:
            return Seen(f"shows picture {found['number']} instead of {expected} at {seconds}")
        early = max(early, expected - found["number"]) if film else 0
    heard = _call(page, LISTEN, TONES_HZ)
    if heard["movedS"] < 0.5:
        return Seen(f"does not move: {heard['movedS']:.2f} s")
    if not heard["hertz"]:
        return Seen("no sound")
    return Seen("", hertz=heard["hertz"], early=early)


def _call(page: Any, function: str, *arguments: object) -> Any:
    """Playwright passes one argument, the other engines any number."""
    if hasattr(page, "wait_for_timeout"):
        return page.evaluate(f"arguments_ => ({function})(...arguments_)", list(arguments))
    return page.evaluate(function, *arguments)
