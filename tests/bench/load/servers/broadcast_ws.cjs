// A Node `ws` server that broadcasts every received frame to the room.
const { WebSocketServer, WebSocket } = require("ws")

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false })
const rooms = new Map()

server.on("connection", (socket, request) => {
  const query = new URL(request.url, "http://127.0.0.1").searchParams
  const room = query.get("room")
  if (!rooms.has(room)) rooms.set(room, new Set())
  const members = rooms.get(room)
  if (!query.has("publish")) members.add(socket)
  socket.on("message", (data) => {
    for (const member of members) {
      if (member.readyState === WebSocket.OPEN) member.send(data, { binary: false })
    }
  })
  socket.on("close", () => members.delete(socket))
  socket.on("error", () => members.delete(socket))
})
