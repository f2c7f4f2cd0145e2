// A socket.io server with rooms, as in its documentation; WebSocket only.
const { Server } = require("socket.io")

const io = new Server({ transports: ["websocket"], perMessageDeflate: false, serveClient: false })

io.on("connection", (socket) => {
  const { room, publish } = socket.handshake.query
  if (!publish) socket.join(room)
  socket.on("say", (event) => io.to(room).emit("say", event))
})
io.listen(Number(process.argv[2]))
