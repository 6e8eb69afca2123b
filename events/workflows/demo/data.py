"""What the demonstration is made of: trades with real ROME and NAF codes, invented names in many scripts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """A kind of employer: how it is called, its sector and NAF code, and offers (title, ROME code, contract)."""

    word: str
    sector: str
    naf: str
    offers: tuple[tuple[str, str, str], ...]


TRADES = (
    Trade("Boulangerie", "Alimentation", "10.71C", (("Boulanger, boulangère", "D1102", "cdi"),
                                                   ("Vente en boulangerie", "D1106", "apprentissage"))),
    Trade("Chaudronnerie", "Industrie", "25.62B", (("Soudeuse, soudeur", "H2913", "cdi"),
                                                   ("Usinage sur commande numérique", "H2903", "stage"))),
    Trade("Clinique", "Santé", "86.10Z", (("Aide-soignante, aide-soignant", "J1501", "cdi"),
                                          ("Infirmière, infirmier", "J1506", "cdi"))),
    Trade("Maçonnerie", "Bâtiment", "43.99C", (("Maçon, maçonne", "F1703", "cdi"),
                                               ("Apprenti maçon", "F1703", "apprentissage"))),
    Trade("Électricité", "Bâtiment", "43.21A", (("Électricien, électricienne", "F1602", "cdi"),
                                                ("Stage de 3e découverte", "F1602", "stage_3e"))),
    Trade("Hôtel", "Tourisme", "55.10Z", (("Réception", "G1703", "cdd"), ("Service en salle", "G1803", "saisonnier"))),
    Trade("Restaurant", "Tourisme", "56.10A", (("Commis de cuisine", "G1602", "cdi"),
                                               ("Extra en salle", "G1803", "interim"))),
    Trade("Transports", "Transport", "49.41A", (("Conduite poids lourd", "N4101", "cdi"),
                                                ("Livraison de proximité", "N4105", "cdd"))),
    Trade("Logistique", "Transport", "52.10B", (("Préparation de commandes", "N1103", "interim"),
                                                ("Cariste", "N1103", "cdi"))),
    Trade("Aide à domicile", "Services à la personne", "88.10A", (("Aide à domicile", "K1302", "cdi"),
                                                                  ("Garde d'enfants", "K1303", "cdd"))),
    Trade("Propreté", "Services", "81.21Z", (("Agent, agente de propreté", "K2204", "cdi"),)),
    Trade("Sécurité", "Services", "80.10Z", (("Agent, agente de sécurité", "K2503", "cdi"),)),
    Trade("Cabinet", "Services", "69.20Z", (("Comptable", "M1203", "cdi"), ("Secrétariat", "M1607", "stage"))),
    Trade("Atelier numérique", "Numérique", "62.01Z", (("Développeuse, développeur", "M1805", "cdi"),
                                                       ("Administration de systèmes", "M1810", "apprentissage"))),
    Trade("Domaine", "Agriculture", "01.21Z", (("Ouvrier, ouvrière viticole", "A1405", "saisonnier"),)),
    Trade("Paysages", "Agriculture", "81.30Z", (("Jardinier, jardinière", "A1203", "apprentissage"),)),
    Trade("Garage", "Automobile", "45.20A", (("Mécanique automobile", "I1604", "cdi"),
                                             ("Mini-stage en atelier", "I1604", "mini_stage"))),
    Trade("Supermarché", "Commerce", "47.11D", (("Mise en rayon", "D1507", "cdi"), ("Caisse", "D1507", "cdd"))),
    Trade("Maintenance", "Industrie", "33.12Z", (("Maintenance industrielle", "I1304", "cdi"),)),
    Trade("Négoce", "Commerce", "46.90Z", (("Assistanat commercial", "D1401", "cdi"),)),
)  # fmt: skip

PLACES = (
    "des Alpilles", "de l'Étang", "du Vieux-Port", "de la Sainte-Victoire", "des Calanques", "de Camargue",
    "du Garlaban", "de l'Estaque", "des Oliviers", "du Rhône", "de la Crau", "du Mistral",
    "des Martégaux", "de l'Arc", "du Pharo",
    "des Aygalades", "de la Touloubre",
)  # fmt: skip

COMMUNES = (
    ("Marseille", "13003"), ("Aix-en-Provence", "13100"), ("Arles", "13200"), ("Martigues", "13500"),
    ("Aubagne", "13400"), ("Salon-de-Provence", "13300"), ("Istres", "13800"), ("Vitrolles", "13127"),
    ("La Ciotat", "13600"), ("Port-Saint-Louis-du-Rhône", "13230"),
)  # fmt: skip

GIVEN_NAMES = (
    "Camille", "Inès", "Léa", "Chloé", "Amina", "Fatou", "Zoé", "Maëlys", "Noémie", "Océane", "Yasmine", "Aïcha",
    "Lucas", "Hugo", "Théo", "Mehdi", "Karim", "Ibrahim", "Gaël", "Rémi", "João", "Mateusz", "Nguyễn", "Françoise",
    "Jean-Baptiste", "Marie-Hélène", "Çelik", "Đorđe", "Łucja", "Søren", "Ousmane", "Mariama", "Sacha", "Éléonore",
)  # fmt: skip

FAMILY_NAMES = (
    "Martin", "Bernard", "Benali", "Diallo", "Traoré", "Nguyễn", "Garcia", "Lefèvre", "Moreau", "Haddad", "Pereira",
    "Kowalczyk", "Ferrari", "Castellani", "N'Diaye", "de la Rochefoucauld", "Boudjellal", "Sánchez Ortega", "Öztürk",
    "Ben Youssef", "Gauthier", "Aubert", "Vidal", "Blanc", "Roux", "Giraud", "Mokrani", "Rakotomalala", "Lê",
)  # fmt: skip

OTHER_SCRIPTS = (
    ("محمد", "الهاشمي"), ("عائشة", "بن علي"), ("Γιώργος", "Παπαδόπουλος"), ("Олена", "Шевченко"), ("Дмитрий", "Иванов"),
    ("נועה", "לוי"), ("小明", "王"), ("花子", "佐藤"), ("민수", "김"), ("สมชาย", "ใจดี"), ("अनन्या", "शर्मा"),
    ("ნინო", "ბერიძე"), ("Արամ", "Պետրոսյան"), ("আয়েশা", "রহমান"), ("கவிதா", "ராஜன்"), ("ሰላም", "ተስፋዬ"),
)  # fmt: skip

NEEDS = (
    "Entretien assis, s'il vous plaît.",
    "Interprète en langue des signes.",
    "Je viens avec un chien guide.",
    "J'ai besoin de lire sur les lèvres.",
)
