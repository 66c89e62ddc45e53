"""Words that say nothing about an office: little words, greetings and courtesies in four languages and in dialect.

For comparing only; folded on import like everything that is compared. Refuses to hold a word that tells a topic, even
where another language uses it as a little word. Called by `store.finder`.
"""

from __future__ import annotations

from switchboard_app.model.spelling import tokens

_GERMAN = """
ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus ausser bald bei beim
beide beiden bereits bevor bin bis bisher bist da dabei dadurch dafür dagegen daher damals damit danach dann daran
darauf darf darum das dass davon dazu dein deine dem den denen denn der deren des deshalb dich die dies diese diesem
diesen dieser dieses dir doch dort du dürfen durch eben ebenfalls ein eine einem einen einer eines einfach einige
einmal endlich er erst es etwa etwas euch euer eure falls fast finde finden für ganz gar geben gegen geht gehen genau
gerade gern gerne gestern gewesen gibt gleich habe haben hallo hat hatte hätte hätten heute heisst hier hin hinter ich
ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem ins ist ja jede jedem jeden jeder jedes jemand jetzt
kann kannst kein keine keinen keiner komme kommen kommt konnte könnte könnten können lang lange lassen leider letzte
letzten letzter liebe lieber liegt mal man manchmal mehr mein meine meinem meinen meiner meines meist mich mir mit
möchte möchten mögen morgen muss müsste müssen nach nachdem nächste nächsten nämlich natürlich neben nicht nichts nie
niemand noch nun nur ob oben oder oft ohne paar per schon schön sehr sei sein seine seinem seinen seiner seit seitdem
selber selbst sich sie sind so sobald sogar soll sollen sollte sollten somit sonst sowie statt stehen steht trotz tun
über überhaupt um und uns unser unsere unserem unseren unserer unten unter viel viele vielen vielleicht vom von vor
vorher während wann war waren warum was weder wegen weil weiss weit weiter weitere welche welchem welchen welcher
welches wem wen wenig weniger wenn wer werde werden wessen wie wieder wieso wieviel will wir wird wirklich wo wodurch
wohin wollen wollte wollten womit worden wurde wurden würde würden zu zum zur zurück zwar zwei zwischen
bitte danke dankeschön dank merci herzlich herzlichen freundlich freundliche freundlichen gruss grüsse grüssen guten
gute guter tag morgen abend mittag nachmittag vormittag sehr geehrte geehrter geehrten damen herren herr frau
frage fragen wissen weiss sagen sage gesagt mitteilen auskunft information informationen hilfe helfen hilft brauche
brauchen braucht benötige benötigen machen macht mache gemacht bekomme bekommen erhalten erhalte zuständig zuständige
melden wende wenden stelle richtige richtig anliegen problem thema sache basel basler stadt baselstadt kanton kantons
woche wochen monat monate jahr jahre jahren tage tagen stunde stunden minuten uhr zeit montag dienstag mittwoch
donnerstag freitag samstag sonntag januar februar märz april mai juni juli august september oktober november dezember
telefon telefonnummer nummer mail schreiben schreibe antwort antworten rückmeldung besten voraus gerade eigentlich
amt ämter abteilung fachstelle behörde verwaltung brief verstehe verstehen gesucht gefragt bestätigung liste
überall übers vors fürs ans daheim zuhause bestimmt schliesslich mindestens trotzdem übrigens erlaubt dürfte sonntags
samstags beginnt beginnen bringen bringe holen holt dort hierher autsch uns schalter
ok okay super toll klar alles gut besser neu neue neuen neuer neues alt alte alten gross grosse grossen klein kleine
ganze ganzen rund circa ungefähr zusammen eben halt wohl nochmals nochmal kurz schnell sofort dringend
"""

_DIALECT = """
isch han hani ha het hets hend hän händ mir dir ihr si sy mi mis mini di dis dini em es e en me mer wär was wie wo wenn
chan chani chönd chönnt cha kame ka kani vo vom zum zur au no nonig nit nöd ned net gits git gitt gsi gseh gäll grüezi
grüessech sali salü hoi tschau ade vilmol villmol vielmol bitti danggscheen dr d s uff uf bi bim ebbis öbbis öpper
syt sit dr do dört jo nei scho
"""

_FRENCH = """
a à afin ai aie ainsi alors après as au aucun aucune aujourd'hui auprès aura aurait aussi autre autres aux avais avait
avant avec avez avoir avons beaucoup bien c ça ce ceci cela celle celui ces cet cette chaque chez ci combien comme
comment d dans de depuis derrière des dès dessous dessus deux devant devrait doit donc dont du durant elle elles en
encore entre es est et étaient étais était été être eu eux fait faire fais faut fois font hier ici il ils j jamais je
jour jours jusque l la là le les leur leurs lors lui m ma maintenant mais me même mes mois moi moins mon n ne ni non nos
notre nous on ont ou où par parce pas pendant peu peut peuvent peux plus plusieurs plutôt pour pourquoi pourrait
pourriez pouvez près puis puisque qu quand que quel quelle quelles quels qui quoi rien s sa sais sans se semaine sera
serait ses si sien soit sommes son sont sous suis sur t ta te tel telle tes toi ton toujours tous tout toute toutes
très trop tu un une vais vers veut veux voici voilà vos votre vous y
bonjour bonsoir salut merci madame monsieur cordialement salutations meilleures svp plaît avance question renseignement
aide aider savoir adresser dois devoir pouvoir vouloir voudrais aimerais besoin puis trouver trouve signaler demander
demande responsable service bâle ville date place quelqu chose obtenu canton problème heure heures matin soir
"""

_ITALIAN = """
a abbiamo ad adesso agli ai al alla alle allo altra altri altro anche ancora avere aveva avete c che chi ci ciò coi col
come con contro cosa così cui da dagli dai dal dalla dalle dallo degli dei del della delle dello deve devo di dopo dove
dovrei due e è ed era erano essere fa fare fatto fino fra già gli ha hanno ho i ieri il in invece io l la là le lei li
lo loro lui ma me mi mia mie miei mio molto ne nei nel nella nelle nello nessuno no noi non nostra nostro o oggi ogni
oppure ora per perché però più poi posso potete potrebbe prima può qua quale quali quando quanto quella quelle quelli
quello questa queste questi questo qui quindi sa se sei sempre senza si sia siamo siete sono sta stata stato stessa
stesso su sua sue sugli sui sul sulla suo suoi tra tre tu tua tuo tutta tutte tutti tutto un una uno va vi voi vorrei
vostra vostro
buongiorno buonasera salve ciao grazie gentile gentili signora signore signori cordiali saluti prego favore piacere
domanda informazione informazioni aiuto aiutare sapere rivolgermi rivolgere bisogno trovare trovo segnalare chiedere
competente ufficio servizio basilea città cantone problema ora ore giorno giorni mese mesi anno anni settimana
"""

_ENGLISH = """
a about after again all also am an and any anyone anything are as ask asking at be because been before being below
between both but by can cannot contact could d did do does doing don done down during each few find for from further
get getting give go going good got had has have having he her here hers him his how i if in into is it its just know
let like ll m make many may me more most much must my myself near need needs new next no nor not now of off on once one
only or other our out over please re s same say she should since so some someone something soon still such t take tell
than that the their them then there these they thing this those though through to today tomorrow too under until up
us use ve very want was we week well were what when where which while who whom whose why will with without would year
years yesterday yet you your
dear hello hi regards thank thanks sincerely morning afternoon evening question information help office
responsible department report date open small check checks place city canton day days month months hour hours
number phone problem
"""

STOP_WORDS = frozenset(tokens(f"{_GERMAN} {_DIALECT} {_FRENCH} {_ITALIAN} {_ENGLISH}"))
"""Folded, as `spelling.tokens` gives them."""
