"""What the challenge's pages say, in the languages of the portal. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language.

    Attributes:
        language: its code.
        title: heading.
        working: while the browser works.
        without: link to the slider.
        slide: what to do with it.
        picture: what the picture shows, for those who do not see it.
        go: the button.
        again: after a wrong answer.
        wait: after too many.
        direction: of the writing.
    """

    language: str
    title: str
    working: str
    without: str
    slide: str
    picture: str
    go: str
    again: str
    wait: str
    direction: str = "ltr"


ENGLISH = Words(
    "en",
    "One moment, please",
    "This site has many visitors right now. Your browser is being checked; this takes a second or two.",
    "Continue without JavaScript",
    "Move the slider until its knob is below the dark square.",
    "A dark square in a grey picture",
    "Continue",
    "That was not the place. Please try again.",
    "There were too many tries. Please wait a minute.",
)
LANGUAGES = (
    ENGLISH,
    Words(
        "de",
        "Einen Moment bitte",
        "Diese Seite hat gerade viele Besucher. Ihr Browser wird geprüft; das dauert ein, zwei Sekunden.",
        "Ohne JavaScript fortfahren",
        "Schieben Sie den Regler, bis sein Knopf unter dem dunklen Quadrat steht.",
        "Ein dunkles Quadrat in einem grauen Bild",
        "Weiter",
        "Das war nicht die richtige Stelle. Bitte versuchen Sie es noch einmal.",
        "Das waren zu viele Versuche. Bitte warten Sie eine Minute.",
    ),
    Words(
        "es",
        "Un momento, por favor",
        "Este sitio tiene ahora muchas visitas. Se está comprobando su navegador; tarda uno o dos segundos.",
        "Continuar sin JavaScript",
        "Mueva el control hasta que quede debajo del cuadrado oscuro.",
        "Un cuadrado oscuro en una imagen gris",
        "Continuar",
        "No era el lugar correcto. Inténtelo de nuevo.",
        "Demasiados intentos. Espere un minuto.",
    ),
    Words(
        "fr",
        "Un instant, s’il vous plaît",
        "Ce site reçoit beaucoup de visites en ce moment. Votre navigateur est vérifié ; cela prend une ou deux secondes.",
        "Continuer sans JavaScript",
        "Déplacez le curseur jusqu’à ce qu’il soit sous le carré sombre.",
        "Un carré sombre dans une image grise",
        "Continuer",
        "Ce n’était pas le bon endroit. Veuillez réessayer.",
        "Trop d’essais. Veuillez patienter une minute.",
    ),
    Words(
        "it",
        "Un momento, per favore",
        "Questo sito ha molte visite in questo momento. Il browser viene controllato; bastano uno o due secondi.",
        "Continua senza JavaScript",
        "Sposti il cursore finché si trova sotto il quadrato scuro.",
        "Un quadrato scuro in un’immagine grigia",
        "Continua",
        "Non era il punto giusto. Riprovi.",
        "Troppi tentativi. Attenda un minuto.",
    ),
    Words(
        "ar",
        "لحظة من فضلك",
        "يزور هذا الموقع عدد كبير من الزوار الآن. يجري فحص متصفحك، ويستغرق ذلك ثانية أو ثانيتين.",
        "المتابعة بدون JavaScript",
        "حرّك المقبض حتى يصبح تحت المربع الداكن.",
        "مربع داكن في صورة رمادية",
        "متابعة",
        "لم يكن هذا هو المكان الصحيح. حاول مرة أخرى.",
        "محاولات كثيرة جدًا. انتظر دقيقة من فضلك.",
        "rtl",
    ),
    Words(
        "th",
        "กรุณารอสักครู่",
        "ขณะนี้มีผู้เข้าชมเว็บไซต์จำนวนมาก กำลังตรวจสอบเบราว์เซอร์ของคุณ ใช้เวลาหนึ่งถึงสองวินาที",
        "ดำเนินการต่อโดยไม่ใช้ JavaScript",
        "เลื่อนแถบจนปุ่มอยู่ใต้สี่เหลี่ยมสีเข้ม",
        "สี่เหลี่ยมสีเข้มในภาพสีเทา",
        "ดำเนินการต่อ",
        "ตำแหน่งไม่ถูกต้อง กรุณาลองอีกครั้ง",
        "ลองหลายครั้งเกินไป กรุณารอหนึ่งนาที",
    ),
    Words(
        "zh",
        "请稍候",
        "本网站当前访问量较大，正在检查您的浏览器，需要一两秒钟。",
        "不使用 JavaScript 继续",
        "请拖动滑块，直到它位于深色方块的正下方。",
        "灰色图片中的深色方块",
        "继续",
        "位置不正确，请重试。",
        "尝试次数过多，请等待一分钟。",
    ),
)
_BY_CODE = {words.language: words for words in LANGUAGES}
_ASKED_MOST = 20


def chosen(accept_language: bytes) -> Words:
    """The first of the languages that a browser asks for; English when there is none. Their weights are left aside: browsers sort."""
    for part in accept_language.decode("latin-1").split(",")[:_ASKED_MOST]:
        words = _BY_CODE.get(part.partition(";")[0].partition("-")[0].strip().lower())
        if words is not None:
            return words
    return ENGLISH
