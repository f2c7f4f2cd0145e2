export default `😀 grinsendes Gesicht,froh,fröhlich,gesicht,grinsen,haha,lachen,lol|
😄 grinsendes Gesicht mit lachenden Augen,augen,fröhlich,geschlossen,gesicht,glücklich,grinsen,lachen|
😁 strahlendes Gesicht mit lachenden Augen,augen,fröhlich,gesicht,grinsen,happy,lachen,lustig|
😆 Grinsegesicht mit zugekniffenen Augen,augen,geschlossen,gesicht,grinsegesicht,grinsen,haha,hehe|
😅 grinsendes Gesicht mit Schweißtropfen,gesicht,grinsen,lachen,lustig,lächeln,mund,nervös|
🤣 sich vor Lachen auf dem Boden wälzen,boden,gesicht,haha,hehe,lachen,lol,lustig|
😂 Gesicht mit Freudentränen,freude,freudentränen,fröhlich,gesicht,haha,happy,hehe|
🙂 leicht lächelndes Gesicht,gesicht,leicht,lächeln,smiley|
🙃 umgekehrtes Gesicht,auf dem kopf,gesicht,lächeln,smiley,stehen,umgekehrt|
😉 zwinkerndes Gesicht,auge,flirten,gesicht,sexy,smiley,zudrücken,zugedrückt|
😊 lächelndes Gesicht mit lachenden Augen,augen,erröten,freude,freundlich,gesicht,glücklich,lachen|
😇 lächelndes Gesicht mit Heiligenschein,brav,engel,gesicht,glücklich,heiligenschein,lieb,lächeln|
🥰 lächelndes Gesicht mit Herzen,3,anhimmeln,bewundern,gesicht,hdgdl,hdl,herzchen|
😍 lächelndes Gesicht mit herzförmigen Augen,augen,gesicht,glücklich,herzen,herzförmig,liebe,lächeln|
🤩 überwältigt,aufgeregt,augen,gesicht,grinsen,smiley,star,stern|
😘 Kuss zuwerfendes Gesicht,flirten,gesicht,kuss,küsschen,küssen,lieb,smiley|
😋 sich die Lippen leckendes Gesicht,gesicht,lecker,leckeres essen,lächeln,sich die lippen leckender smiley,sich die lippen leckendes gesicht,smiley|
😛 Gesicht mit herausgestreckter Zunge,bäh,gesicht,herausgestreckt,lachen,lustig,smiley,zunge|
😜 zwinkerndes Gesicht mit herausgestreckter Zunge,auge,gesicht,herausgestreckt,herausstrecken,smiley,zudrücken,zugedrückt|
🤪 irres Gesicht,auge,augen,gesicht,groß,irre,klein,smiley|
🤗 Gesicht mit umarmenden Händen,drücken,gesicht,hände,smiley,umarmen,umarmung|
🤭 verlegen kicherndes Gesicht,gesicht,haha,hand,hihi,huch,kichern,lachen|
🤫 ermahnendes Gesicht,ermahnen,finger,gesicht,leise,psst,pst,ruhe|
🤔 nachdenkendes Gesicht,fragen,gesicht,grübeln,hm,komisch,nachdenken,nachdenklich|
🤐 Gesicht mit Reißverschlussmund,geheimnis,gesicht,halten,mund,reißverschluss,schweigen,smiley|
🤨 Gesicht mit hochgezogenen Augenbrauen,argwöhnisch,augenbrauen,gesicht,hochgezogen,misstrauen,skeptisch,smiley|
😐 neutrales Gesicht,ausdruckslos,gesicht,kommentarlos,neutral,smiley,todernst,unbeeindruckt|
😑 ausdrucksloses Gesicht,ausdruckslos,gesicht,kommentarlos,selbstgefällig,smiley,unbeeindruckt,unglaublich|
😶 Gesicht ohne Mund,gesicht,kein,mund,ohne,smiley,sprachlos|
😏 süffisant lächelndes Gesicht,feixen,flirten,gesicht,lächeln,mundwinkel,schief,smiley|
😒 verstimmtes Gesicht,gesicht,langweilig,smiley,traurig,unglücklich,unzufrieden,verstimmt|
🙄 Augen verdrehendes Gesicht,augen,genervt,gesicht,meinetwegen,nerv,ohje,rollen|
😬 Grimassen schneidendes Gesicht,gesicht,grimasse,peinlich,schneiden,smiley,verziehen,zähne|
😌 erleichtertes Gesicht,augen,entspannt,erleichtert,geschlossen,gesicht,smiley,zen|
😔 nachdenkliches Gesicht,enttäuscht,gesicht,nachdenklich,schrecklich,smiley,traurig,verlieren|
😴 schlafendes Gesicht,dösen,einschlafen,gesicht,gute nacht,gähnen,langweilig,mittagsschlaf|
😷 Gesicht mit Atemschutzmaske,arzt,atemschutzmaske,bazillen,erkältet,gesicht,krank,krankheit|
🤒 Gesicht mit Fieberthermometer,fieber,gesicht,krank,messen,smiley,thermometer|
🤢 würgendes Gesicht,ekel,eklig,erbrechen,gesicht,grün,igitt,smiley|
🤮 kotzendes Gesicht,brechen,erbrechen,gesicht,kotzen,krank,schlecht,smiley|
🥵 schwitzendes Gesicht,erhitzt,fieber,fiebrig,gesicht,heiß,herausstrecken,hitze|
🥶 frierendes Gesicht,bibbern,blau,eisig,erfrieren,frieren,frostig,frösteln|
😵 benommenes Gesicht,augen,benommen,gesicht,ko,krank,kreuze,schwindelig|
🤯 explodierender Kopf,entsetzt,explodieren,geschockt,gesicht,kopf,schock,schockiert|
🤠 Gesicht mit Cowboyhut,cowboy,cowboyhut,cowgirl,gesicht,hut,smiley|
🥳 Partygesicht,aufgeregt,feier,fest,fröhlich,geburtstag,gesicht,glückwunsch|
😎 lächelndes Gesicht mit Sonnenbrille,cool,gesicht,lächeln,smiley,sonnenbrille|
🤓 Strebergesicht,brille,gesicht,intelligent,klug,nerd,schlau,schlaumeier|
🧐 Gesicht mit Monokel,elegant,gesicht,monokel,reich,smiley|
😕 verwundertes Gesicht,gesicht,keine ahnung,smiley,traurig,verwirrt,verwundert,weiß nicht|
😟 besorgtes Gesicht,besorgt,gesicht,smiley,sorgen,traurig|
😮 Gesicht mit offenem Mund,erstaunt,gesicht,mund,offen,omg,schockiert,unglaublich|
😲 erstauntes Gesicht,erstaunt,gesicht,nee,omg,schockiert,smiley,verwundert|
😳 errötetes Gesicht mit großen Augen,augen,erröten,gesicht,groß,peinlich,rot,scham|
🥺 bettelndes Gesicht,anflehen,augen,betteln,bettelnd,bitte,bitten,flehend|
😨 ängstliches Gesicht,angst,besorgt,gesicht,ängstlich|
😱 vor Angst schreiendes Gesicht,angst,gesicht,munch,omg,panik,schrei,schreien|
😢 weinendes Gesicht,gesicht,smiley,traurig,träne,weinen|
😭 heulendes Gesicht,flennen,gesicht,heulen,schluchzen,smiley,traurig,tränen|
😤 schnaubendes Gesicht,erleichtert,gesicht,gewonnen,schnaubendes gesicht|
😠 verärgertes Gesicht,böse,gesicht,smiley,verärgert,wut,wütend,zornig|
😡 schmollendes Gesicht,gesicht,rot,rot angelaufener smiley,schmollendes gesicht,wütend|
🤬 Gesicht mit Symbolen über dem Mund,fluchen,gesicht,mund,schimpfen,schimpfwort,smiley,symbole|
😈 grinsendes Gesicht mit Hörnern,böse,dämon,dämonin,fantasie,grinsen,hörner,lila|
💀 Totenkopf,gesicht,knochen,märchen,schädel,tod,tot,totenkopf|
👻 Gespenst,buh,fantasy,geist,gesicht,gespenst,gruselig,halloween|
👽 Außerirdischer,alien,all,außerirdisch,außerirdische,außerirdischer,fantasy,gesicht|
🤖 Roboter,gesicht,monster,roboter,robotergesicht,roboterkopf|
💩 Kothaufen,kot,kothaufen,mist|
🤡 Clown-Gesicht,clown,clown-gesicht,gesicht|
👍 Daumen hoch,daumen,daumen hoch,einverstanden,finger,gut,hand,in ordnung|
👎 Daumen runter,daumen,daumen runter,hand,nach unten,schlecht|
👏 klatschende Hände,applaudieren,applaus,beifall,gratulation,großartig,gut,hand|
🙌 zwei erhobene Handflächen,erhoben,feiern,geste,handflächen,hurra,hände,zwei|
🙏 zusammengelegte Handflächen,beten,betend,bitten,danke,danken,gebet,gefaltet|
🤝 Handschlag,handschlag,hände,händeschütteln,vereinbarung|
👋 winkende Hand,auf wiedersehen,bis später,ciao,guten tag,hallo,hand,hey|
✋ erhobene Hand,5,erhoben,halt,hand,handfläche,high five,schlag ein|
👌 OK-Zeichen,exzellent,finger,genial,hand,in ordnung,natürlich,ok|
✌️ Victory-Geste,sieg,v,victory,victory-geste|
🤞 Hand mit gekreuzten Fingern,finger,gekreuzt,hand,hand mit gekreuzten fingern|
🤘 Teufelsgruß,corna,finger,hand,heavy,hörner,mano cornuta,metal|
💪 angespannter Bizeps,arm,bizeps,bodybuilder,bro,fitnessstudio,gewichtheben,muckies|
🫶 Hände  die Herz bilden,<3,finger,geste,handgeste,handherz,hdl,herz|
🤷 schulterzuckende Person,egal,gleichgültig,keine ahnung,person,schultern zucken,schulterzuckend,weiß nicht|
🤦 sich an den Kopf fassende Person,fassen,frustriert,genervt,gesicht,kopf,oh nein,omg|
👀 Augen,auge,augen,gesicht,gucken,schauen,sehen|
👆 nach oben weisender Zeigefinger von hinten,aufwärts,finger,handrücken,handrückseite,hier,hinauf,melden|
👇 nach unten weisender Zeigefinger,abwärts,finger,handrücken,handrückseite,hinab,hinunter,runter|
❤️ rotes Herz,herz,rotes herz|
🧡 oranges Herz,herz,liebe,orange|
💛 gelbes Herz,gefühl,gelb,herz,herzlich,liebe|
💚 grünes Herz,gefühl,grün,herz,liebe,romantisch|
💙 blaues Herz,blau,gefühl,herz,liebe,romantisch|
💜 lila Herz,beste,gefühl,hdl,herz,liebe,lila,lilafarben|
🖤 schwarzes Herz,böse,herz,schwarz,schwarzes herz|
🤍 weißes Herz,herz,weiß,weißes herz|
💔 gebrochenes Herz,allein,gebrochen,gefühl,herz,herzschmerz,liebeskummer,schmerz|
💯 100 Punkte,100,100 punkte,punktestand,volle punktzahl|
💥 Zusammenstoß,bombe,boom,comic,explodieren,explosion,kollidieren,kollision|
💦 Schweißtropfen,comic,feucht,nass,schweiß,schweißtropfen,schwitzen,trainieren|
💤 Schlafen,buchstaben,comic,gähn,langweilig,müde,nickerchen,schlaf|
🍿 Popcorn,kino,popcorn,snack|
🎬 Filmklappe,film,filmklappe,klappe,unterhaltung|
🎥 Filmkamera,film,filmkamera,kino,unterhaltung|
📽️ Filmprojektor,filmprojektor,kino,unterhaltung|
📺 Fernseher,fernsehen,fernseher,film,tv|
🎞️ Filmstreifen,film,filmband,filmstreifen,kino|
🎟️ Eintrittskarten,billet,eintrittskarte,eintrittskarten,ticket|
🎭 Masken,kunst,masken,theater,unterhaltung|
🎉 Konfettibombe,böller,feier,juhu,knaller,konfetti,konfettibombe,party|
🎊 Konfettiball,feier,konfetti,konfettiball,party|
🎂 Geburtstagskuchen,essen,feier,geburtstag,geburtstagskuchen,geburtstagstorte,happy birthday,kerzen|
🎁 Geschenk,feier,geburtstag,geschenk,schachtel,schleife,verpackt,weihnachten|
🏆 Pokal,bundesliga,champion,gewinnen,pokal,preis,sieger,sport|
🥇 Goldmedaille,erster,gewinn,goldmedaille,medaille 1. platz|
⚽ Fußball,ball,bundesliga,fußball,messi|
🏀 Basketball,ball,basketball,korb,sport|
🎮 Gamepad,gamepad,gaming,unterhaltung,videospiel|
🎲 Spielwürfel,casino,spiel,spielwürfel,unterhaltung,würfel,würfeln,zufall|
🎵 Musiknote,lied,melodie,musik,musiknote,note|
🎶 Musiknoten,musik,musiknoten,noten|
🎤 Mikrofon,karaoke,mikrofon,singen,unterhaltung|
🎧 Kopfhörer,kopfhörer,musik,unterhaltung|
🎸 Gitarre,gitarre,instrument,musik,musikinstrument|
🎹 Klaviatur,instrument,klaviatur,klavier,musik,musikinstrument,piano,tastatur|
🥁 Trommel,drumsticks,instrument,musik,schlägel,sticks,trommel,trommelstöcke|
🎺 Trompete,instrument,musik,musikinstrument,trompete|
🎻 Geige,geige,instrument,musik,musikinstrument,violine|
🕺 tanzender Mann,elegant,festlich,flair,flamenco,mann,salsa,schwung|
💃 tanzende Frau,elegant,festlich,flair,flamenco,frau,salsa,schwung|
🔥 Feuer,brennen,feuer,flamme,heiß|
✨ funkelnde Sterne,*,funkel,funkeln,funkelnde sterne,sterne|
⭐ weißer mittelgroßer Stern,astronomie,gelber stern,himmel,stern,weißer mittelgroßer stern|
🌟 funkelnder Stern,funkeln,funkelnder stern,glitzern,stern|
⏸️ Pause,keycap,pause,streifen,tastenkappe,vertikal|
▶️ Wiedergabe,abspielen,dreieck,pfeil,rechts,wiedergabe|
⏩ Doppelpfeile nach rechts,doppelpfeil,doppelpfeile nach rechts,vorwärts,weiter,überspringen|
⏪ Zurückspulen,doppelpfeil,doppelpfeile nach links,dreieck,pfeil,vorheriger titel,zurück,zurückspulen|
🔊 Lautsprecher mit hoher Lautstärke,dezibel,laut,lautsprecher mit drei schallwellen,lautsprecher mit hoher lautstärke,musik,schallwellen|
🔇 durchgestrichener Lautsprecher,durchgestrichener lautsprecher,leise,psst,stumm,stummgeschaltet|
🚀 Rakete,all,rakete,weltraum|
🍕 Pizza,pizza,pizzastück,pizzeria|
🍔 Hamburger,burger,fast food,hamburger,restaurant|
🍟 Pommes frites,fritten,pommes,pommes frites|
🌭 Hotdog,essen,frankfurter,hot dog,hotdog,wurst,würstchen|
🌮 Taco,essen,mexikanisch,taco|
🍣 Sushi,japanisches gericht,restaurant,sushi|
🍜 Schüssel und Essstäbchen,chinesisches essen,dampfend,eiernudeln,nudeln,schüssel,schüssel und essstäbchen,stäbchen|
🍝 Spaghetti,essse,nudeln mit tomatensoße,pasta,restaurant,spaghetti|
🥗 Salat,blattgemüse,essen,gesund,grün,salat|
🍎 roter Apfel,apfel,frucht,obst,rot,roter apfel|
🍌 Banane,banane,frucht,obst,schale|
🍓 Erdbeere,beere,erdbeere,essen,frucht,obst|
🍉 Wassermelone,frucht,melone,obst,wasser,wassermelone|
🥑 Avocado,avocado,essen,frucht|
🍫 Schokoladentafel,essen,schokolade,schokoladentafel,süßigkeit|
🍪 Keks,cookie,keks,plätchen|
🍩 Donut,donut,doughnut,essen,kuchen,süß|
🍦 Softeis,eis,softeis|
🍰 Torte,kuchen,kuchenstück,stück torte,torte,tortenstück|
☕ Heißgetränk,cafe,dampfend,getränk,heiß,heißgetränk,kaffee,tasse|
🍵 Teetasse ohne Henkel,getränk,grüner tee,oolong,schale,tee,teetasse,teetasse ohne henkel|
🧃 Trinkpäckchen,fruchtsaft,getränk,obstsaft,saft,saftpackung,trinkpäckchen|
🥤 Becher mit Strohhalm,becher,becher mit strohhalm,brause,erfrischung,saft,selters,soda|
🍺 Bierkrug,bar,bier,bierkrug,krug,oktoberfest,prost,weizenbier|
🍻 Bierkrüge,anstoßen,bier,bierkrüge,oktoberfest,prosit,prost,weizen|
🍷 Weinglas,alkohol,bar,glas,wein,weinglas|
🥂 Sektgläser,anstoßen,feier,feiern,getränk,gläser,prost,sekt|
🍸 Cocktailglas,bar,cocktail,cocktailglas,drink,martini|
🐶 Hundegesicht,gesicht,hund,hundegesicht,tier,treu,wau,wuff|
🐱 Katzengesicht,gesicht,katze,katzengesicht,miau,miez,miezekatze,tier|
🐭 Mäusegesicht,gesicht,maus,mausgesicht,mäusegesicht,nagetier,tier|
🐰 Hasengesicht,gesicht,hase,hasengesicht,kaninchen,karnickel,langohr,mümmelmann|
🦊 Fuchs,fuchs,fuchsgesicht,gesicht,tier|
🐻 Bär,bär,bärengesicht,gesicht,tier|
🐼 Panda,gesicht,panda,pandabär,pandagesicht,tier|
🐨 Koala,koala,koalabär,koalagesicht,tier|
🦁 Löwe,gesicht,löwe,löwengesicht,sternzeichen,tier,tierkreis|
🐯 Tigergesicht,gesicht,raubkatze,tier,tiger,tigergesicht|
🐮 Kuhgesicht,gesicht,kuh,kuhgesicht,tier|
🐷 Schweinegesicht,gesicht,schwein,schweinegesicht,tier|
🐸 Frosch,frosch,froschgesicht,gesicht,grün,quak,tier|
🙈 sich die Augen zuhaltendes Affengesicht,affe,affengesicht,augen,böse,geheimnis,gemein,geste|
🐔 Huhn,geflügel,henne,huhn,tier,tierkopf|
🐧 Pinguin,pinguin,pinguinkopf,tier,vogel|
🦉 Eule,eule,raubvogel,tier,uhu,vogel,weise|
🦄 Einhorn,einhorn,einhorngesicht,gesicht|
🐝 Biene,biene,honig,honigbiene,hummel,insekt,maja,natur|
🦋 Schmetterling,insekt,schmetterling,schön|
🐢 Schildkröte,schildkröte,tier|
🐍 Schlange,schlange,schlangenträger,sternzeichen,tier,tierkreis|
🦖 T-Rex,dino,dinosaurier,saurier,t-rex,tree,tyrannosaurus rex|
🐙 Oktopus,krake,meer,oktopus,tier,tintenfisch|
🦈 Hai,fisch,hai,haifisch,meer,tier|
🐬 Delfin,delfin,meer,ozean,strand,tier|
🌹 Rose,blume,blüte,pflanze,rose|
🌻 Sonnenblume,blume,blüte,pflanze,sonne,sonnenblume|
🌈 Regenbogen,regenbogen,wetter|
☀️ Sonne,sonne,sonnenstrahlen,sonnig,strahlen,wetter|
🌙 Mondsichel,mond,mondsichel,nacht|
⚡ Hochspannung,blitz,elektrizität,gefahr,gewitter,hochspannung,hochspannungszeichen,strom|
❄️ Schneeflocke,flocke,kalt,schnee,schneeflocke,schneien,wetter,winter|
🌊 Welle,meer,welle|
🌍 Globus mit Europa und Afrika,afrika,erde,europa,globus mit europa und afrika,weltkugel|
💡 Glühbirne,glühbirne,hell,idee,lampe,licht|
📱 Mobiltelefon,handy,iphone,mobiltelefon,smartphone,telefonieren|
💻 Laptop,bildschirm,computer,computermonitor,laptop,monitor,notebook,pc|
⏰ Wecker,uhr,uhrzeit,wecker,zeit|
⏳ laufende Sanduhr,laufende sanduhr,prozess,sanduhr,vorgang läuft|
🔑 Schlüssel,passwort,schließen,schlüssel|
🔒 geschlossenes Schloss,datenschutz,geschlossen,geschlossenes schloss,schloss,sicherheit|
💰 Geldsack,geld,geldsack,moneten,reich,sack|
📷 Fotoapparat,fotoapparat,fotos,kamera|
📚 Bücherstapel,bücher,bücherstapel,fantasie,lesen,roman|
✏️ Bleistift,bleistift,stift|
📌 Reißzwecke,anpinnen,reißzwecke|
🗳️ Urne mit Wahlzettel,urne,urne mit wahlzettel,wahlen,wahlzettel|
🏠 Haus,gebäude,haus,zuhause|
🚗 Auto,auto,fahren,fahrzeug,rot,verkehr|
✈️ Flugzeug,flieger,flugzeug|
🚲 Fahrrad,bmx,fahrrad,rad,radeln,radler,spinning|
⚠️ Warnung,achtung,dreieck,vorsicht,warnschild,warnung|
⛔ Zutritt verboten,einbahnstrasse,kein zutritt,keine durchfahrt,verboten,zutritt verboten,zutritt-verboten-schild|
✅ weißes Häkchen,abgehakt,erledigt,weißes häkchen|
❌ Kreuzzeichen,abbrechen,durchgestrichen,kreuzzeichen,mal,multiplikation,multiplizieren,rotes kreuz|
❓ rotes Fragezeichen,frage,fragezeichen,rot,rotes fragezeichen,satzzeichen,warum,wieso|
❗ rotes Ausrufezeichen,!,ausrufezeichen,rot,satzzeichen|
➕ plus,+,addieren,mathe,pluszeichen|
♻️ Recycling-Symbol,grüne punkt,grüner punkt,recycling,recycling-symbol|
🆗 Großbuchstaben OK in blauem Quadrat,großbuchstaben,keycap,ok,okay,taste,tastenkappe|
🆕 Wort „New“ in blauem Quadrat,neu,new,wort „new“ in blauem quadrat|
🔁 Wiederholen,im uhrzeigersinn,keycap,pfeile,tastenkappe,wiederholen|
🔴 roter Punkt,ball,punkt,rot,roter punkt|
🟢 grüner Punkt,form,grün,grüne scheibe,grüner kreis,grüner punkt,kreis,punkt|
🔵 blauer Punkt,ball,blau,blauer punkt,großer blauer kreis,kreis,punkt|
🏁 Zielflagge,flagge,formel 1,karierte flagge,nascar,rennen,sport,zielflagge|
🏳️‍🌈 Regenbogenflagge,bisexuell,bunt,fahne,flagge,lesbisch,lgbt,lgbtq`
