export default `😀 cara sonriendo,cara,divertido,feliz,sonrisa|
😄 cara sonriendo con ojos sonrientes,abierta,cara,ojo,sonrisa|
😁 cara radiante con ojos sonrientes,cara,ojo,risa,sonrisa|
😆 cara sonriendo con los ojos cerrados,abierta,boca,cara,risa|
😅 cara sonriendo con sudor frío,cara,frío,risa,sudor|
🤣 cara revolviéndose de la risa,cara,carcajada,ojos cerrados,risa|
😂 cara llorando de risa,cara,felicidad,lágrima,risa|
🙂 cara sonriendo ligeramente,cara,sonrisa|
🙃 cara al revés,cara,revés|
😉 cara guiñando el ojo,cara,guiño|
😊 cara feliz con ojos sonrientes,cara,ojo,rubor,sonrisa|
😇 cara sonriendo con aureola,cara,halo,sonrisa,ángel|
🥰 cara sonriendo con corazones,adorar,amor,corazones,enamorada,enamorado|
😍 cara sonriendo con ojos de corazón,amor,cara,corazón,sonrisa|
🤩 cara sonriendo con estrellas,cara,estrellas,sonrisa|
😘 cara lanzando un beso,beso,cara|
😋 cara saboreando comida,cara,delicioso,hambre,rico|
😛 cara sacando la lengua,cara,lengua|
😜 cara sacando la lengua y guiñando un ojo,cara,guiño,lengua,ojo|
🤪 cara de loco,grande,ojo,pequeño|
🤗 cara con manos abrazando,abrazo,cara,sonrisa|
🤭 cara con mano sobre la boca,ostras,uy,vaya|
🤫 cara pidiendo silencio,callado,silencio|
🤔 cara pensativa,cara,duda,pensando|
🤐 cara con la boca cerrada con cremallera,boca,cara,cremallera|
🤨 cara con ceja alzada,desconfiado,escéptico|
😐 cara neutral,cara,inexpresivo,neutral|
😑 cara sin expresión,cara,inexpresiva,inexpresivo,inexpresión|
😶 cara sin boca,boca,callado,cara,silencio|
😏 cara sonriendo con superioridad,cara,listillo,superioridad|
😒 cara de desaprobación,cara,insatisfacción,rechazo|
🙄 cara con ojos en blanco,cara,frustración,ojos,vueltos|
😬 cara haciendo una mueca,cara,mueca|
😌 cara de alivio,aliviado,cara|
😔 cara desanimada,alicaído,cara,desanimado,pensativo|
😴 cara durmiendo,cara,dormido,sueño,zzz|
😷 cara con mascarilla médica,cara,enfermo,malo,máscara|
🤒 cara con termómetro,cara,enfermo,malo,termómetro|
🤢 cara de náuseas,cara,náuseas,vomitar|
🤮 cara vomitando,enfermo,malo,vomitar|
🥵 cara con calor,calor,cara roja,fiebre,golpe de calor,sudor|
🥶 cara con frío,cara congelada,congelado,frío,helado|
😵 cara mareada,cara,mareo|
🤯 cabeza explotando,cabeza,explosión|
🤠 cara con sombrero de vaquero,cara,sombrero,vaquera,vaquero|
🥳 cara de fiesta,capirote,celebración,fiesta,gorro,matasuegras|
😎 cara sonriendo con gafas de sol,cara,gafas,guay,sol|
🤓 cara de empollón,cara,empollón,friki,friqui|
🧐 cara con monóculo,aristocrático,estirado|
😕 cara de confusión,cara,confuso|
😟 cara preocupada,cara,preocupación,preocupado|
😮 cara con la boca abierta,boca,cara|
😲 cara asombrada,alucinado,asombrado,cara,pasmado|
😳 cara sonrojada,cara,colorado,sonrojado|
🥺 cara suplicante,implorar,ojos adorables,piedad,por favor|
😨 cara asustada,asustado,cara,miedo,miedoso|
😱 cara gritando de miedo,asustado,cara,miedo,pánico|
😢 cara llorando,cara,llorar,lágrima,triste|
😭 cara llorando fuerte,cara,llorar,lágrima,triste|
😤 cara resoplando,cabreo,cara,enfado|
😠 cara enfadada,cara,enfadado,histérico|
😡 cara cabreada,cabreo,cara,enfadado,furia|
🤬 cara con símbolos en la boca,maldecir,palabrota,símbolo|
😈 cara sonriendo con cuernos,cara,cuernos,demonio,sonrisa|
💀 calavera,cara,cuento,monstruo,muerte|
👻 fantasma,cara,criatura,cuento,monstruo|
👽 alienígena,alien,cara,criatura,extraterrestre,ovni|
🤖 robot,cara,monstruo|
💩 caca con ojos,caca,cómic,mierda,mojón|
🤡 cara de payaso,cara,payaso|
👍 pulgar hacia arriba,arriba,mano,pulgar,señal|
👎 pulgar hacia abajo,abajo,mano,pulgar,señal|
👏 manos aplaudiendo,aplaudir,manos,palmas,señal|
🙌 manos levantadas celebrando,celebración,gesto,hurra,mano|
🙏 manos en oración,gracias,mano,oración,orar,por favor,rezar|
🤝 apretón de manos,acuerdo,apretón,manos|
👋 mano saludando,agitar,mano,saludar,saludo|
✋ mano levantada,choca esos cinco,levantada,mano|
👌 señal de aprobación con la mano,aprobación,mano,ok|
✌️ mano con señal de victoria,mano,señal de victoria,victoria|
🤞 dedos cruzados,cruzar,dedos,mano,suerte|
🤘 mano haciendo el signo de cuernos,cuernos,dedo,mano,rock|
💪 bíceps flexionado,bíceps,cómic,flexionado,fuerte,músculo|
🫶 manos formando un corazón,amor|
🤷 persona encogida de hombros,duda,encogerse,hombros,indiferencia|
🤦 persona con la mano en la frente,facepalm,frente,incredulidad,mano|
👀 ojos,cara|
👆 dorso de mano con índice hacia arriba,apuntar,arriba,dedo,mano|
👇 dorso de mano con índice hacia abajo,abajo,apuntar,dedo,mano|
❤️ corazón rojo,corazón,emoción,rojo|
🧡 corazón naranja,corazón,emoción,naranja|
💛 corazón amarillo,amarillo,corazón,emoción|
💚 corazón verde,corazón,emoción,verde|
💙 corazón azul,azul,corazón,emoción|
💜 corazón morado,corazón,emoción,morado|
🖤 corazón negro,corazón,negro|
🤍 corazón blanco,blanco,corazón,emoción|
💔 corazón roto,corazón,emoción,partido,roto|
💯 cien puntos,100,pleno,puntos|
💥 colisión,cómic|
💦 gotas de sudor,cómic,emoción,sudor|
💤 símbolo de sueño,cómic,dormir,sueño,zzz|
🍿 palomitas,maíz|
🎬 claqueta,cine,claqueta de cine,entretenimiento,película|
🎥 cámara de cine,cine,cámara,entretenimiento,película|
📽️ proyector de cine,cine,película,proyector|
📺 televisión,tv|
🎞️ fotograma de película,cine,fotograma,película|
🎟️ entradas,acceso,admisión,entrada,evento|
🎭 máscaras de teatro,actuación,arte,artes escénicas,entretenimiento|
🎉 cañón de confeti,celebración,confeti,fiesta|
🎊 bola de confeti,celebración,confeti|
🎂 tarta de cumpleaños,celebración,cumpleaños,tarta|
🎁 regalo,celebración,envoltorio,presente,regalo envuelto|
🏆 trofeo,premio|
🥇 medalla de oro,medalla,oro,primero|
⚽ balón de fútbol,balón,fútbol|
🏀 balón de baloncesto,balón,canasta,deporte|
🎮 mando de videoconsola,juego,mando,videojuego|
🎲 dado,juego|
🎵 nota musical,música,nota|
🎶 notas musicales,música,notas|
🎤 micrófono,entretenimiento,karaoke,micro|
🎧 auricular,cascos|
🎸 guitarra,instrumento,instrumento musical,música|
🎹 teclado musical,instrumento,instrumento musical,música,piano,teclado|
🥁 tambor,baquetas,música|
🎺 trompeta,instrumento,instrumento musical,música|
🎻 violín,instrumento,instrumento musical,música|
🕺 hombre bailando,bailar,hombre|
💃 mujer bailando,bailar,mujer|
🔥 fuego,llama|
✨ chispas,*,bengala,estrellas|
⭐ estrella,estelar|
🌟 estrella brillante,brillante,estrella,resplandeciente|
⏸️ pausa,barras,botón,vertical|
▶️ reproducir,botón de reproducción,flecha,triángulo|
⏩ avance rápido,avanzar,doble,flecha|
⏪ retroceso rápido,flecha,flecha doble a la izquierda,izquierda,rebobinado,rebobinar|
🔊 altavoz a volumen alto,altavoz,alto,volumen alto|
🔇 altavoz silenciado,altavoz,altavoz con marca de cancelación,mute,silencio|
🚀 cohete,espacio,vehículo|
🍕 pizza,porción,restaurante|
🍔 hamburguesa,burger|
🍟 patatas fritas,papas fritas,patatas,restaurante|
🌭 perrito caliente,perrito,salchicha|
🌮 taco,comida,mexicano|
🍣 sushi,restaurante|
🍜 tazón de fideos,fideos calientes,fideos chinos,fideos ramen,ramen|
🍝 espagueti,pasta,restaurante|
🥗 ensalada,bol,comida,verde|
🍎 manzana roja,fruta,manzana,poma,roja|
🍌 plátano,banana,fruta|
🍓 fresa,fresón,fruta|
🍉 sandía,fruta|
🥑 aguacate,comida,fruta|
🍫 tableta de chocolate,barra,chocolate,restaurante,tableta|
🍪 galleta,dulce,pasta,postre|
🍩 dónut,berlina,pastel,rosquilla|
🍦 cucurucho de helado,cucurucho,dulce,helado,helado de cucurucho,restaurante|
🍰 trozo de tarta,pedazo de tarta,restaurante,tarta|
☕ bebida caliente,bebida,café,caliente,té|
🍵 tazón de té,bebida,taza,té|
🧃 tetrabrik,brick,cartón,envase,zumo|
🥤 vaso con pajita,refresco,zumo|
🍺 jarra de cerveza,bar,cerveza,jarra,restaurante|
🍻 jarras de cerveza brindando,bar,cerveza,jarra,jarras,restaurante|
🍷 copa de vino,bar,bebida,copa,vaso,vino|
🥂 copas brindando,bebida,brindar,brindis,celebración,copa|
🍸 copa de cóctel,bar,copa,cóctel,restaurante|
🐶 cara de perro,cara,mascota,perro|
🐱 cara de gato,cara,gato,mascota|
🐭 cara de ratón,cara,ratón|
🐰 cara de conejo,cara,conejo,mascota|
🦊 zorro,cara|
🐻 oso,cara|
🐼 panda,cara,oso panda|
🐨 koala,cara,marsupial|
🦁 león,cara,leo,zodiaco|
🐯 cara de tigre,cara,tigre|
🐮 cara de vaca,cara,vaca|
🐷 cara de cerdo,cara,cerdo,gorrino|
🐸 rana,cara|
🙈 mono con los ojos tapados,cara,mal,mono,prohibido|
🐔 gallina,ave,gallinácea,pollo|
🐧 pingüino,ave|
🦉 búho,ave,lechuza,pájaro|
🦄 unicornio,cara|
🐝 abeja,insecto,miel|
🦋 mariposa,bonito,insecto|
🐢 tortuga,galápago|
🐍 serpiente,culebra,reptil,víbora|
🦖 t-rex,tiranosaurio,tiranosaurio rex|
🐙 pulpo,cefalópodo,octópodo|
🦈 tiburón,pez|
🐬 delfín,cetáceo|
🌹 rosa,flor|
🌻 girasol,flor,sol|
🌈 arcoíris,colores,lluvia|
☀️ sol,espacio,rayos,soleado|
🌙 luna,creciente,espacio|
⚡ alto voltaje,electricidad,peligro,peligro de alto voltaje,señal de alto voltaje,voltaje|
❄️ copo de nieve,frío,nieve|
🌊 ola de mar,mar,océano,ola|
🌍 globo terráqueo mostrando Europa y África,europa,globo terráqueo mostrando europa y áfrica,mundo,planeta,tierra,áfrica|
💡 bombilla,cómic,electricidad,idea,luz|
📱 teléfono móvil,celular,móvil,teléfono|
💻 ordenador portátil,ordenador,pc,personal|
⏰ reloj despertador,alarma,despertador,reloj|
⏳ reloj de arena con tiempo,reloj con arena cayendo,temporizador|
🔑 llave,contraseña|
🔒 candado cerrado,candado,cerrado,cerrar|
💰 bolsa de dinero,bolsa,bolsa de dólares,dinero|
📷 cámara de fotos,cámara|
📚 libros,libro|
✏️ lápiz,escolar,escribir,lapicero|
📌 chincheta,tachuela|
🗳️ urna con papeleta,papeleta,urna,voto|
🏠 casa,vivienda|
🚗 coche,automóvil,vehículo|
✈️ avión,aeroplano|
🚲 bicicleta,bici,vehículo|
⚠️ advertencia,cuidado,señal|
⛔ dirección prohibida,no,prohibido,señal,señal de dirección prohibida|
✅ botón de marca de verificación,botón,marca,selección,verificación,✓|
❌ marca de cruz,cancelar,cruz,marca de tachado,tachar,x,×|
❓ interrogación roja,?,interrogación,pregunta,puntuación,signo de interrogación|
❗ exclamación roja,!,exclamación,puntuación,signo de exclamación|
➕ más,+,signo,suma|
♻️ símbolo de reciclaje,reciclaje,reciclar,señal,símbolo universal de reciclaje sólido,universal|
🆗 botón OK,botón,ok|
🆕 botón NEW,botón,new,nuevo|
🔁 repetir,flechas,repetición|
🔴 círculo rojo,círculo,geometría,rojo|
🟢 círculo verde,círculo,verde|
🔵 círculo azul,azul,círculo,geometría|
🏁 bandera de cuadros,bandera,carreras,cuadros,deporte,motor|
🏳️‍🌈 bandera del arcoíris,arcoíris,bandera`
