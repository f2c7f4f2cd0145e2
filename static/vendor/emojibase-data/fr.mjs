export default `😀 visage rieur,content,dents,grand sourire,heureux,joyeux,rire,sourire|
😄 visage très souriant aux yeux rieurs,content,grand sourire,heureux,joyeux,lol,mdr,rire|
😁 visage souriant aux yeux rieurs,content,dents,grand sourire,heureux,sourire,sourire de toutes ses dents,super|
😆 visage souriant avec yeux plissés,ahah,bouche,content,lol,mdr,rire,sourire|
😅 visage souriant avec une goutte de sueur,excité,froid,goutte,sourire,sourire nerveux,stressé,sueur|
🤣 se rouler par terre de rire,content,drôle,hilare,joyeux,larmes,lol,mdr|
😂 visage riant aux larmes,content,heureux,joie,larmes,lol,mdr,pleurer de joie|
🙂 visage avec un léger sourire,content,heureux,léger sourire,sourire,visage souriant,émoticône|
🙃 tête à l’envers,incroyable,renversée,tête,visage,émoticône|
😉 visage faisant un clin d’œil,blague,clin d’œil,flirter,plaisanter,sexy,visage,émoticône|
😊 visage souriant avec yeux rieurs,content,heureux,rougir,satisfait,sourire,visage,visage qui rougit|
😇 visage souriant avec auréole,ange,angélique,auréole,bible,béni,heureux,innocent|
🥰 visage souriant avec cœurs,adorer,aimer,amour,béguin,coeur,cœurs,je t’aime|
😍 visage souriant avec yeux en forme de cœur,amour,amoureux,cœur,romantique,sourire,visage,yeux|
🤩 visage avec des étoiles à la place des yeux,grand sourire,heureux,pressé,surexcité,tête avec étoiles,visage,wow|
😘 visage envoyant un bisou,amour,baiser,bise,bisou et cœur,bonjour,bonne nuit,cœur|
😋 miam,bon,content,délicieux,faim,heureux,langue,manger|
😛 visage qui tire la langue,cool,génial,langue,super,visage,émoticône|
😜 visage qui tire la langue et fait un clin d’œil,amusant,blague,clin d’œil,fou,langue,loufoque,marrant|
🤪 tête de fou,grand,large,oeil,petit,tête folle,yeux,yeux fous|
🤗 visage qui fait un câlin,câlin,gentil,mains,visage,émoticône|
🤭 visage avec une main sur la bouche,malin,oops,oups,rigole,secret,surprise,visage avec main devant la bouche|
🤫 visage avec un doigt sur la bouche,chut,pas un bruit,silence,tête qui dit chut|
🤔 visage en pleine réflexion,hum,méditer,penser,réflexion,réfléchir,visage,émoticône|
🤐 visage avec bouche fermeture éclair,bouche,bouche cousue,fermeture éclair,motus,se taire,secret,visage|
🤨 visage avec les sourcils relevés,euh,hein,incrédule,méfiant,pas vrai,quoi,sceptique|
😐 visage neutre,gêné,neutre,ni chaud ni froid,pas drôle,peu importe,rester de marbre,sans commentaires|
😑 visage sans expression,inexpressif,mécontent,neutre,peu importe,sans expression,visage,émoticône|
😶 visage sans bouche,muet,ne rien dire,neutre,sans commentaires,sans expression,sans voix,se taire|
😏 visage avec un sourire malin,arrogant,charmeur,malin,ricaner,rusé,sourire,sourire suffisant|
😒 visage blasé,bizarre,blasé,fâché,jaloux,pas content,peu importe,visage|
🙄 visage roulant des yeux,agacé,excédé,incrédulité,roulement,visage qui lève les yeux au ciel,visage qui roule des yeux,yeux|
😬 visage grimaçant,dents,grimace,gêné,rien,sourire,visage,émoticône|
😌 visage soulagé,calme,soulagement,sérénité,visage,zen,émoticône|
😔 visage pensif,abattu,déçu,horrible,mort,pensif,perdu,triste|
😴 visage somnolent,bonne nuit,coucher,dormir,endormi,fatigué,sieste,sommeil|
😷 visage avec masque,bactéries,dentiste,docteur,germes,malade,masque,masque chirurgical|
🤒 visage avec thermomètre,indisposé,malade,thermomètre,visage|
🤢 visage nauséeux,dégoûtant,malade,nausée,visage,visage vert qui a la nausée,vomir,écœuré|
🤮 visage qui vomit,gerbe,gerber,malade,tête qui vomit,vomi,vomissure|
🥵 visage rouge et chaud,chaleur,chaud,coup de chaleur,coup de chaud,fièvre,sue,suer|
🥶 visage bleu et froid,bleu,froid,gel,gelure,gelé,glacial,glacé|
😵 visage étourdi,fatigué,malade,mort,tournis,visage,visage avec le tournis,émoticône|
🤯 tête qui explose,choc,choqué,surpris,surprise,tête choquée|
🤠 visage avec chapeau de cowboy,chapeau,cowboy,visage|
🥳 visage festif,anniversaire,chapeau pointu,célébration,fête,heureux,hourra,joyeux anniversaire|
😎 visage avec lunettes de soleil,cool,lunettes de soleil,posé,tranquille|
🤓 visage de geek,doué,futé,geek,idiot,intelligent,lunettes,personne|
🧐 visage avec un monocle,classe,collet monté,fortune,monocle,riche,tête avec monocle,vieux jeu|
😕 visage confus,confus,désolé,ennuyé,je ne sais pas,triste,visage,émoticône|
😟 visage inquiet,anxieux,inquiet,préoccupé,stressé,surpris,triste,visage|
😮 visage avec bouche ouverte,bouche bée,bouche ouverte,choqué,incroyable,omd,oubli,surpris|
😲 visage stupéfait,choc,choqué,impossible,incroyable,omd,stupéfait,visage|
😳 visage qui rougit,chaud,comment,gêné,impressionné,incroyable,incrédule,quoi|
🥺 visage implorant,embarrassé,excuse,gros yeux,pardon,pitié,supplication,supplie|
😨 visage effrayé,anxieux,apeuré,blême,effrayé,inquiet,peur,terrifié|
😱 visage qui hurle de peur,choqué,cri,effrayé,munch,omd,peur,surpris|
😢 visage qui pleure,horrible,larme,larmes,malheureux,pleurer,triste,émoticône|
😭 visage qui pleure à chaudes larmes,larme,larmes,malheureux,pleurer,pleurs,sangloter,triste|
😤 visage avec fumée sortant des narines,colère,fâché,mécontent,triomphe,victoire,visage,émoticône|
😠 visage en colère,colère,exaspéré,frustré,fâché,mécontent,rageur,sourcils froncés|
😡 visage boudeur,colère,exaspéré,furieux,fâché,mécontent,rageur,rouge|
🤬 visage avec des symboles dans la bouche,censuré,colère,gros mots,insulter,insultes,jurer,juron|
😈 visage souriant avec des cornes,cornes,fantastique,fâché,sourire,visage,émoticône|
💀 crâne,corps,dead,fantastique,je suis mort,mort,squelette,tête de mort|
👻 fantôme,blague,bouh,créature,effrayant,fantastique,halloween,hanter|
👽 alien,créature,espace,extraterrestre,monstre,ovni,science-fiction,visage|
🤖 robot,androïde,automate,machine,monstre,visage,visage de robot|
💩 tas de crotte,bande dessinée,bd,caca,crotte,dessin,excrément,odeur|
🤡 visage de clown,clown,maquillage,visage,émoticône|
👍 pouce vers le haut,bien,compris,d’accord,génial,haut,main,moi aussi|
👎 pouce vers le bas,bas,main,mauvais,non,nul,pouce,pouce baissé|
👏 applaudissements,bien joué,bon travail,bravo,formidable,félicitations,geste,mains|
🙌 mains levées,air,geste,hourra,mains,mains en l’air,youpi|
🙏 mains en prière,demander,félicitations,mains,mains l’une contre l’autre,merci,prier,prière|
🤝 poignée de main,d’accord,main,mains,marché conclu,poignée,présentation,rencontre|
👋 signe de la main,au revoir,bonjour,bye,coucou,hello,il y a quelqu’un ?,main|
✋ main levée,feuille,main,paume de la main,stop,tope là|
👌 ok,compris,d’accord,geste,main,nickel,parfait,super|
✌️ V de la victoire,ciseaux,doigts,main,paix et amour,peace and love,v de la victoire,victoire|
🤞 doigts croisés,bonne chance,chance,croisés,doigts,main|
🤘 cornes avec les doigts,cornes,cornes du diable,doigts,main,rock,rock’n roll,yeah|
💪 biceps contracté,bande dessinée,bd,biceps,bodybuilding,contracté,corps,culturisme|
🫶 mains qui forment un cœur,amour,cœur|
🤷 personne qui hausse les épaules,aucune idée,c’est comme ça,doute,femme qui hausse les épaules,haussement d’épaules,ignorance,indifférence|
🤦 personne avec la paume sur le visage,drame,exaspération,femme avec paume sur visage,geste,incroyable,incrédulité,j’en peux plus|
👀 yeux,chercher,corps,coup d’œil,regarder,visage,voir,œil|
👆 main avec index pointant vers le haut,doigt,haut,index,index vers le haut,main,montrer|
👇 main avec index pointant vers le bas,bas,doigt,index,index vers le bas,main,montrer|
❤️ cœur rouge,amour,cœur,sentiment|
🧡 cœur orange,coeur orange,orange|
💛 cœur jaune,amour,cœur,sentiment|
💚 cœur vert,amour,cœur,sentiment,vert|
💙 cœur bleu,amour,cœur,sentiment|
💜 cœur violet,amour,cœur,sentiment,violet|
🖤 cœur noir,cœur,noir|
🤍 cœur blanc,blanc,cœur|
💔 cœur brisé,amour,cœur,malheureux,sentiment,séparé,triste|
💯 cent points,100,cent,score|
💥 explosion,bande dessinée,bd,bombe,boum,collision,détonation,étincelles|
💦 gouttes de sueur,bande dessinée,bd,eau,effort,entraînement,gouttes,sueur|
💤 endormi,bande dessinée,bd,bonne nuit,dormir,fatigué,ronfler,zzz|
🍿 pop-corn,cinéma,nourriture|
🎬 clap,action,film,ça tourne|
🎥 caméra,cinéma,film,filmer,réalisateur,réalisatrice,vidéo|
📽️ projecteur cinématographique,cinéma,film,projecteur,vidéo|
📺 téléviseur,petit écran,tv,télé,télévision|
🎞️ pellicule,bande,cinéma,film|
🎟️ billet d’entrée,place,spectacle|
🎭 spectacle vivant,acteur,actrice,art,masque,spectacle,théâtre|
🎉 cotillons,anniversaire,fête,super|
🎊 confettis,anniversaire,fête|
🎂 gâteau d’anniversaire,anniversaire,bougies,dessert,fête,goûter,gâteau,joyeux anniversaire|
🎁 cadeau,anniversaire,cadeau emballé,fête,noël,nœud,surprise|
🏆 trophée,champion,championne,coupe,gagner,prix,victoire|
🥇 médaille d’or,1er,médaille,or,premier|
⚽ ballon de football,balle,ballon,football,sport|
🏀 basket,ballon,basket-ball,panier,sport|
🎮 jeu vidéo,joystick,manette,playstation,xbox|
🎲 dés,dé,hasard,jeu|
🎵 note de musique,musique,note|
🎶 notes de musique,musique,note,notes,partition|
🎤 micro,chanter,karaoke,karaoké,microphone,musique|
🎧 casque,musique,son,écouteur,écouteurs|
🎸 guitare,guitare électrique,instrument,musique|
🎹 piano,clavier,instrument,musique,touches|
🥁 batterie,baguette,baguettes,musique,tambour|
🎺 trompette,instrument,musique|
🎻 violon,instrument,musique|
🕺 danseur,danse,femme,flamenco,fête,homme,homme qui danse,rythme|
💃 danseuse,danse,femme,femme qui danse,flamenco,fête,rythme,salsa|
🔥 feu,allumer,brûler,chaud,flamme,fournaise,incendie|
✨ étincelles,*,magie,nuit,nuit étoilée,scintiller,étoile,étoiles|
⭐ étoile,astronomie,nuit|
🌟 étoile brillante,nuit,nuit étoilée,succès,éclat,étincelant,étincelle,étoile|
⏸️ bouton pause,pause|
▶️ bouton lecture,droite,flèche,lecture,lire,triangle|
⏩ bouton avance rapide,avance,avance rapide,bouton,double flèche,flèche avance rapide|
⏪ bouton retour rapide,bouton,double flèche,flèche,flèche retour rapide,retour,retour rapide|
🔊 volume des enceintes élevé,enceinte,fort,haut-parleur,haut-parleur d’enceinte,musique,son,volume élevé|
🔇 muet,chut,enceinte,haut-parleur barré,haut-parleur d’enceinte,silence,son,sourdine|
🚀 fusée,décollage,espace,moyen de transport,voyage|
🍕 pizza,fromage,nourriture,part,pepperoni,tranche|
🍔 hamburger,burger,cheeseburger,fast food,nourriture|
🍟 frites,fast food,potatoes,potatœs|
🌭 hot dog,nourriture,saucisse,saucisse de francfort|
🌮 taco,mexicain,nourriture|
🍣 sushi,japonais,nourriture,poisson,riz|
🍜 bol fumant,bol,nouilles,nourriture,ramen,vapeur|
🍝 spaghetti,italien,nourriture,pâtes,restaurant,sauce bolognaise|
🥗 salade verte,nourriture,salade,verte|
🍎 pomme rouge,fruit,nourriture,pomme|
🍌 banane,fruit,nourriture,potassium|
🍓 fraise,fruit,nourriture|
🍉 pastèque,fruit|
🥑 avocat,fruit,nourriture|
🍫 barre chocolatée,barre,chocolat,dessert,goûter,nourriture,sucré|
🍪 cookie,biscuit,dessert,goûter,gâteau,nourriture,pépites de chocolat,sucré|
🍩 doughnut,dessert,donut,goûter,nourriture,sucrerie,sucré|
🍦 glace italienne,cornet de glace,dessert,glace,nourriture,sucré|
🍰 gâteau sablé,dessert,goûter,gâteau,nourriture,pâtisserie,sucré|
☕ boisson chaude,boisson,café,caféine,matin,thé|
🍵 tasse,boisson,tasse de thé sans anse,thé|
🧃 briquette de jus,boisson,carton,jus,jus de fruits,paille|
🥤 gobelet avec paille,boisson,eau,jus de fruit,jus de fruits,soda,verre avec une paille|
🍺 chope,alcool,bar,bière,boisson,chope de bière,oktoberfest,picoler|
🍻 chopes de bière,alcool,bière,boisson,santé,tchin,trinquer|
🍷 verre de vin,alcool,bar,boisson,club,restaurant,verre,verre à vin|
🥂 trinquer,alcool,champagne,célébrer,fêter,santé,tchin,verre|
🍸 cocktail,alcool,bar,boisson,club,martini,verre,verre à cocktail|
🐶 tête de chien,animal,animal domestique,chien,chiot,visage|
🐱 tête de chat,animal,chat,chaton,miaou,minou|
🐭 tête de souris,animal,souris,visage|
🐰 tête de lapin,animal,animal domestique,dents,lapin|
🦊 renard,animal,nature,tête,visage|
🐻 ours,animal,miel,nounours,ours brun,teddy,tête,visage|
🐼 panda,animal,tête,tête de panda,visage|
🐨 koala,animal,australie|
🦁 tête de lion,animal,astrologie,crinière,fort,horoscope,lion,roi|
🐯 tête de tigre,animal,félin,prédateur,tigre,visage|
🐮 tête de vache,animal,lait,meuh,vache,visage|
🐷 tête de cochon,animal,cochon,ferme,porc,visage|
🐸 grenouille,animal,crapaud,tête,tête de grenouille|
🙈 singe ne rien voir,animal,caché,effrayé,embarras,geste,gêne,interdit|
🐔 poule,animal,coq,ferme,oiseau,poulet,volaille|
🐧 pingouin,animal,antarctique,banquise,manchot,oiseau|
🦉 chouette,animal,hibou,oiseau,sage|
🦄 licorne,animal,licrone,tête,tête de licorne|
🐝 abeille,animal,bourdon,guêpe,insecte,miel,nature,printemps|
🦋 papillon,animal,insecte,mignon,printemps|
🐢 tortue,animal,carapace,lentement,reptile|
🐍 serpent,animal,reptile,serpent à sonnette,venin|
🦖 T-Rex,animal,dinosaure,t-rex,t. rex,tyrannosaure,tyrannosaurus rex|
🐙 pieuvre,animal,créature,mer,mollusque,océan,poulpe|
🦈 requin,animal,dents de la mer,poisson|
🐬 dauphin,animal,flipper,mer,océan,plage|
🌹 rose,amour,beauté,fleur,plante,rouge,saint-valentin|
🌻 tournesol,champs,fleur,plante,soleil|
🌈 arc-en-ciel,bisexuelle,gay pride,homosexuelle,lesbienne,lgbtqia,météo,nature|
☀️ soleil,beau temps,brillant,espace,grand soleil,météo,rayons|
🌙 croissant de lune,croissant,espace,lune,nuit,ramadan|
⚡ haute tension,courant,danger,nature,orage,symbole haute tension,tension,vitesse|
❄️ flocon,flocon de neige,froid,météo,neige|
🌊 vague,eau,kanagawa,lame,large,marée,mer,nature|
🌍 globe tourné sur l’Afrique et l’Europe,afrique,espace,europe,globe,globe présentant l’europe et l’afrique,globe tourné sur l’afrique et l’europe,monde|
💡 ampoule,allumer,bande dessinée,bd,dessin,idée,lampe,lumière|
📱 téléphone portable,communication,smartphone,téléphone|
💻 ordinateur portable,bureau,ordinateur,travail|
⏰ réveil,alarme,attendre,dring,heure,matin,retard,sonnerie|
⏳ sablier avec sable qui coule,attendre,chronomètre,minuteur,sable,sablier,temps|
🔑 clé,mot de passe,ouvrir,serrure|
🔒 cadenas fermé,cadenas,privé,verrouiller,verrouillé|
💰 sac plein d’argent,argent,avare,banque,dollar,parier,payer,sac|
📷 appareil photo,photo,selfie,vidéo|
📚 livres,apprendre,bibliothèque,enseignement,lecture,lire,littérature,manuels scolaires|
✏️ crayon,crayon à papier,gomme,mine|
📌 punaise,fournitures|
🗳️ urne électorale,a voté,bulletin de vote,urne,urne électorale avec un bulletin,voter|
🏠 maison,bâtiment,foyer,maison simple,pavillon,résidentiel|
🚗 voiture,automobile,conduire,moyen de transport,voyage,véhicule|
✈️ avion,avion en vol,jet,moyen de transport,vol,voyage,véhicule|
🚲 vélo,bicyclette,cyclisme,moyen de transport,voyage|
⚠️ symbole d’avertissement,attention,avertissement|
⛔ sens interdit,circulation,entrée interdite,interdiction,interdit,non,panneau|
✅ bouton coché,carré,coche,coche blanche,marque,ok,oui,sélection|
❌ croix,annuler,croix rouge,multiplication,multiplier,x,×|
❓ point d’interrogation rouge,?,interrogation,point d’interrogation,ponctuation,question|
❗ point d’exclamation rouge,!,exclamation,point d’exclamation,ponctuation|
➕ plus,+,addition,ajouter,arithmétique,mathématiques,signe plus,somme|
♻️ symbole Recyclage,recyclage,symbole recyclage|
🆗 bouton OK,bouton ok,icône ok,ok|
🆕 bouton Nouveau,bouton nouveau,icône nouveau,nouveau,nouveauté|
🔁 bouton répétition,bouton répéter,flèche,flèches en cercle,répéter,sens des aiguilles d’une montre,sens horaire|
🔴 disque rouge,cercle,forme géométrique,géométrie,rond,rouge|
🟢 disque vert,cercle,forme géométrique,géométrie,rond,vert|
🔵 disque bleu,bleu,cercle,forme géométrique,géométrie,rond|
🏁 drapeau à damier,course automobile,damier,drapeau,formule 1,ligne d’arrivée,sport automobile,vainqueur|
🏳️‍🌈 drapeau arc-en-ciel,arc-en-ciel,drapeau,lgbt`
