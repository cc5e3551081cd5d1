"""Words of a line that tell nothing of the report, that are communes only at times, or that are no typing mistakes."""

_SMALL = (
    "a activite age ai aide alors ans au aux avec avons c ca canal ce cet cette chez commune cra d dame dames dans "
    "date de des dont du dure duree en ensuite environ est et etaient etait fait femme femmes h homme hommes "
    "il ils initiation j je l la le les leur leurs lieu lors ma madame mais mes mme mon monsieur mr n ne nos notre "
    "nous on ont ou par pendant perfectionnement permanence pour public puis qu que qui s sa sauf se ses soit son sous "
    "statut sujet sujets sur theme themes un une vers voila vu y "
    "ac accompagne accompagnee accompagnes avait avaient eu jai passe plutot pr recu recue recus ya "
)
_USUAL = (
    "installer utiliser configurer parametrer apprendre comprendre debuter demarrer gerer creer ouvrir "
    "envoyer recuperer changer regler verifier remplir apprend comprend comprenait rame rament "
    "bloque bloquee handicape handicapee refugie refugiee juste "
    "maman papa colis billet billets vacances technicien president "
)
"""Words of what was done and with whom that name neither a theme nor a statut, and are no communes."""
_POLITE = (
    "pourriez pouvez pourrais peux peut veuillez vous tu te m moi plait svp stp merci bonjour bonsoir cordialement "
    "avance remercie aimerais voudrais souhaite souhaiterais faudrait faut enregistrer enregistrez enregistre noter "
    "notez note saisir saisissez saisis inscrire inscrivez inscris ajouter ajoutez ajoute declarer declarez consigner "
    "tenu tous toutes chacun chacune virgule "
)
SMALL = frozenset((_SMALL + _USUAL + _POLITE).split())
"""Words of a sentence that tell nothing of the report, or say only that it is to be written."""

_ORDINARY = (
    "aime aire ames anais appelle armes aucun aucune avion avril bar barges barre basses bidon bille bio blond bois "
    "bonne bonnes bonnet bords borne bouchet boue bouillon boulon boulot bouquet bourdonne bourre branches bras "
    "bretagne bulle bus cales came camembert campagne carnet caves celle celles cesse champagne champs chance "
    "change chapeau charge charme chars chasse chateau chatte chaux chemin choisies cintre claviers cloue colonne "
    "conte contes contre corne corps couches courant courbes cours courtes creuse crisse denier devise don doue "
    "ecole espere etais eu faucon faux feves fille fins force fosse four frais francs gars gene gland grand gras "
    "grasse guise hommes houx jardin job joue joyeux jumeaux jure lance landes lasse lens lent lies liez ligne "
    "linge lire lisse loire long louches louer lue mache maille maillet maillot maire marche marches mare marie "
    "marin marquise marre mars mens mer mere messe meures mire moire monnaie mont montagne monte monts mouton moyen "
    "mures murs nice noe ongles orange pannes parce parent parois passais pauvres pelouse pende pere pin pince pis "
    "place plaisir plan planches planes planques poisson pont port portes poses prince publier pure quarante "
    "ramasse rang real riviere romain rouge routes rue sache sains salle salles salon saules saurais sauve sens "
    "serez serres sers servant servies signes simple son sos soude soulages sur sure target tende termes this tours "
    "treve tricot us venere vers vert vienne viens vieux vif ville villes vitre vives vue "
)
ORDINARY = frozenset(_ORDINARY.split())
"""Words that are also communes: they name one only after « à », with a capital or beside a postcode."""

_NO_TYPOS = (
    "activer arrestation banquet basque blanchiment calque canine collage collection collections collectivite "
    "collee commencait commencant commence commere commettant compilateur content contente contentes contents "
    "continu continue convenu cordages courrier courriers culturel culturels decoloration decoration demanche "
    "demarchage dissuasion domicilie employer employez enseignant enseignante environnemental epuisement evacuation "
    "evacuer evoluer fonctionnalite formulation habite habites impressionne inspection interet interets interne "
    "internes maternel maternelle nations paient parient parlent partent patiemment payent pioche porche potable "
    "preche preservation prestation prestations reaction reactions reduction reductions repartition reputation "
    "respiration retracte retrait salaire secouriste solaire solaires stickers telegramme travailler vivement "
)
NOT_TYPOS = frozenset(_NO_TYPOS.split())
"""Words one letter away from a word of the table that are no typing mistakes."""

STREET = "rue|avenue|boulevard|bd|route|quai|chemin|impasse|allee"
"""What an address calls a street, behind which the name of a town is none: « rue de Paris »."""
NAMED_PLACE = rf"(?:{STREET}|place|square|cours|stade|arret)"
"""What bears the name of a day: « place du 8 mai 1945 »."""
