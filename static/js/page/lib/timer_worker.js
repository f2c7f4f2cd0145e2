// A worker that only runs timers: browsers round the timers of a hidden page to a second, but not those of a worker.
// It is a file of its own, because the content security policy allows no workers from blobs.

onmessage = ({ data: { id, ms } }) => setTimeout(() => postMessage(id), ms)
