"""The names of the months in the languages of the web, as bylines and datelines write them.

Nominative, genitive and the usual abbreviations of some 70 languages. Words that mean different months in different
languages are in ``OTHER_MONTHS`` with the languages that differ from the table.
"""

from __future__ import annotations

import unicodedata

_NAMES: tuple[str, ...] = (
    """jan january jänner jänn januar janvier janv enero ene gennaio gen janeiro januari januarie janúar
    janúara január jaanuar jaan janvāris janvārī sausis sausio styczeń stycznia sty leden ledna siječanj
    siječnja ianuarie ian ocak oca yanvar yan janar gener xaneiro urtarrila januaro ionawr januwari
    enewaris январь января янв январи яну јануар јануари јан січень січня січ студзень студзеня студз
    қаңтар ιανουάριος ιανουαρίου ιαν հունվար հունվարի հնվ იანვარი იან ינואר בינואר ינו يناير
    كانون_الثاني جانفي ژانویه جنوری जनवरी जानेवारी জানুয়ারি জানুয়ারী ஜனவரி జనవరి જાન્યુઆરી ಜನವರಿ
    ജനുവരി ਜਨਵਰੀ ජනවාරි มกราคม ม.ค. ဇန်နဝါရီ មករា ມັງກອນ""",
    """feb february februar feber févr février fév fevrier febrero febbraio fev fevereiro februari
    februarie febrúar febrúara február veebruar veebr februāris februārī vasaris vasario luty lutego lut
    únor února velja veljača veljače şubat şub fevral shkurt febrer febreiro otsaila februaro chwefror
    pebrero февраль февраля февр фев февруари фебруар феб лютий лютого лют люты лютага ақпан φεβρουάριος
    φεβρουαρίου φεβ փետրվար փետրվարի փտվ თებერვალი თებ פברואר בפברואר פבר فبراير شباط فيفري فوریه فروری
    फ़रवरी फरवरी फेब्रुवारी फेब्रुअरी ফেব্রুয়ারি ফেব্রুয়ারী பிப்ரவரி ఫిబ్రవరి ફેબ્રુઆરી ಫೆಬ್ರವರಿ
    ഫെബ്രുവരി ਫ਼ਰਵਰੀ පෙබරවාරි กุมภาพันธ์ ก.พ. ဖေဖော်ဝါရီ កុម្ភៈ ກຸມພາ""",
    """mar march märz mär mrz mars marzo março maart mrt marts märts mart marec marca marzec března
    březen ožujak ožujka martie kovas kovo mac maret martxoa marto mawrth marso machi март марта мар
    березень березня бер сакавік сакавіка наурыз μάρτιος μαρτίου μαρ մարտ մարտի მარტი მარ מרץ במרץ מרס
    במרס مارس آذار مارچ मार्च মার্চ மார்ச் మార్చి માર્ચ ಮಾರ್ಚ್ മാർച്ച് ਮਾਰਚ මාර්තු มีนาคม มี.ค. မတ် មីនា
    ມີນາ""",
    """apr april avril avr abril abr aprile apríl apríla aprill aprīlis aprīlī balandis balandžio
    kwiecień kwietnia kwi duben dubna travanj travnja aprilie április ápr nisan nis aprel prill apirila
    aprilo ebrill huhtikuu huhtikuuta апрель апреля апр април квітень квітня квіт красавік красавіка
    сәуір απρίλιος απριλίου απρ ապրիլ ապրիլի აპრილი აპრ אפריל באפריל אפר أبريل ابريل إبريل نيسان أفريل
    آوریل اپریل अप्रैल एप्रिल अप्रिल এপ্রিল ஏப்ரல் ఏప్రిల్ એપ્રિલ ಏಪ್ರಿಲ್ ഏപ്രിൽ ਅਪ੍ਰੈਲ අප්‍රේල් เมษายน
    เม.ย. ဧပြီ មេសា ເມສາ""",
    """may mai mayo maggio mag maio mei maj maí maijs maijā gegužė gegužės máj mája maja květen května
    svibanj svibnja május mayıs maig maiatza majo toukokuu toukokuuta май мая мај травень травня трав
    мамыр μάιος μαΐου μαϊ մայիս մայիսի მაისი מאי במאי مايو أيار ماي مه مئی मई मे মে மே మే મે ಮೇ മേയ് ਮਈ
    මැයි พฤษภาคม พ.ค. မေ ឧសភា ພຶດສະພາ""",
    """jun june juni juin junio giugno giu junho juuni jūnijs jūnijā birželis birželio czerwiec czerwca
    cze červen června lipanj lipnja iunie iun jún júna június haziran haz iyun qershor juny xuño ekaina
    junij juna mehefin kesäkuu kesäkuuta júní hunyo июнь июня июн юни јун јуни червень червня черв
    чэрвень чэрвеня маусым ιούνιος ιουνίου ιουν հունիս հունիսի ივნისი ივნ יוני ביוני يونيو يونيه حزيران
    جوان ژوئن جون जून जुन জুন ஜூன் జూన్ જૂન ಜೂನ್ ജൂൺ ਜੂਨ ජූනි มิถุนายน มิ.ย. ဇွန် មិថុនា ມິຖຸນາ""",
    """jul july juli juillet juil julio luglio lug julho juuli jūlijs jūlijā liepa liepos lipiec lipca
    lip červenec července srpanj srpnja iulie iul júl júla július temmuz tem iyul korrik juliol xullo
    uztaila julij jula gorffennaf heinäkuu heinäkuuta júlí hulyo julai julie июль июля июл юли јул јули
    липень липня лип ліпень ліпеня шілде ιούλιος ιουλίου ιουλ հուլիս հուլիսի ივლისი ივლ יולי ביולי يوليو
    يوليه تموز جويلية ژوئیه جولائی जुलाई जुलै জুলাই ஜூலை జులై జూలై જુલાઈ ಜುಲೈ ജൂലൈ ਜੁਲਾਈ ජූලි กรกฎาคม
    ก.ค. ဇူလိုင် កក្កដា ກໍລະກົດ""",
    """aug august août aout agosto ago augustus augusti augusts augustā augusta rugpjūtis rugpjūčio
    sierpień sierpnia sie srpen srpna kolovoz kolovoza augusztus ağustos ağu avqust gusht agost abuztua
    aŭgusto avgust avg awst elokuu elokuuta ágúst agustus agu ogos agosti август августа авг аугуст
    серпень серпня серп жнівень жніўня тамыз αύγουστος αυγούστου αυγ օգոստոս օգոստոսի აგვისტო აგვ אוגוסט
    באוגוסט אוג أغسطس اغسطس آب أوت اوت اگست अगस्त ऑगस्ट अगस्ट আগস্ট ஆகஸ்ட் ఆగస్టు ઑગસ્ટ ಆಗಸ್ಟ್ ഓഗസ്റ്റ്
    ਅਗਸਤ අගෝස්තු สิงหาคม ส.ค. ဩဂုတ် សីហា ສິງຫາ""",
    """sep sept september septembre septiembre setiembre settembre set setembro septembris septembrī
    septembra septembar rugsėjis rugsėjo wrzesień września wrz září rujan rujna septembrie szeptember
    szept eylül eyl sentyabr shtator setembre iraila septembro medi syyskuu syyskuuta сентябрь сентября
    сент сен септември септембар сеп вересень верасень вересня верес верасня қыркүйек σεπτέμβριος
    σεπτεμβρίου σεπ սեպտեմբեր սեպտեմբերի სექტემბერი სექ ספטמבר בספטמבר ספט سبتمبر أيلول سپتامبر ستمبر
    सितंबर सितम्बर सप्टेंबर सेप्टेम्बर সেপ্টেম্বর செப்டம்பர் సెప్టెంబర్ સપ્ટેમ્બર ಸೆಪ್ಟೆಂಬರ್ സെപ്റ്റംബർ
    ਸਤੰਬਰ සැප්තැම්බර් กันยายน ก.ย. စက်တင်ဘာ កញ្ញា ກັນຍາ""",
    """oct october okt oktober octobre octubre ottobre ott out outubro oktoober oktobris oktobrī október
    októbra oktobar oktobra spalis spalio październik października paź říjen října octombrie ekim eki
    oktyabr tetor urria oktobro hydref lokakuu lokakuuta октябрь октября окт октомври октобар жовтень
    жовтня жовт кастрычнік кастрычніка қазан οκτώβριος οκτωβρίου οκτ հոկտեմբեր հոկտեմբերի ოქტომბერი ოქტ
    אוקטובר באוקטובר אוק أكتوبر اكتوبر تشرين_الأول اکتبر اکتوبر अक्टूबर अक्तूबर ऑक्टोबर अक्टोबर অক্টোবর
    அக்டோபர் అక్టోబర్ ઑક્ટોબર ಅಕ್ಟೋಬರ್ ഒക്ടോബർ ਅਕਤੂਬਰ ඔක්තෝබර් ตุลาคม ต.ค. အောက်တိုဘာ តុលា ຕຸລາ""",
    """nov november novembre noviembre novembro novembris novembrī novembra novembar lapkritis lapkričio
    listopad listopada lis studeni studenoga noiembrie kasım kas noyabr nëntor azaroa tachwedd marraskuu
    marraskuuta нояб ноябрь ноября ноември новембар нов листопад листопада лист лістапад лістапада
    қараша νοέμβριος νοεμβρίου νοε նոյեմբեր նոյեմբերի ნოემბერი ნოე נובמבר בנובמבר נוב نوفمبر
    تشرين_الثاني نوامبر نومبر नवंबर नवम्बर नोव्हेंबर नोभेम्बर নভেম্বর நவம்பர் నవంబర్ નવેમ્બર ನವೆಂಬರ್
    നവംബർ ਨਵੰਬਰ නොවැම්බර් พฤศจิกายน พ.ย. နိုဝင်ဘာ វិច្ឆិកា ພະຈິກ""",
    """dec december dez dezember décembre déc diciembre dic dicembre dezembro des desember detsember
    dets decembris decembrī decembra decembar gruodis gruodžio grudzień grudnia gru prosinec prosince
    prosinac prosinca decembrie aralık ara dekabr dhjetor desembre decembro abendua rhagfyr joulukuu
    joulukuuta disember дек декабрь декабря декември децембар дец грудень грудня груд снежань снежня
    желтоқсан δεκέμβριος δεκεμβρίου δεκ դեկտեմբեր դեկտեմբերի დეკემბერი დეკ דצמבר בדצמבר דצמ ديسمبر
    كانون_الأول دسامبر دسمبر दिसंबर दिसम्बर डिसेंबर डिसेम्बर ডিসেম্বর டிசம்பர் డిసెంబర్ ડિસેમ્બર
    ಡಿಸೆಂಬರ್ ഡിസംബർ ਦਸੰਬਰ දෙසැම්බර් ธันวาคม ธ.ค. ဒီဇင်ဘာ ធ្នូ ທັນວາ""",
)

# Croatian kept the Slavic names that Czech and Polish use for the month after.
OTHER_MONTHS = {"hr": {"listopad": 10, "listopada": 10, "lis": 10, "lip": 6, "srp": 7}, "bs": {"listopad": 10}}


def fold(word: str) -> str:
    """Return a word in lower case without accents and full stops, so that both spellings of a month meet."""
    if not word.isascii():
        word = "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark))
    return word.lower().replace(".", "")


MONTHS: dict[str, int] = {
    fold(word.replace("_", " ")): number for number, names in enumerate(_NAMES, 1) for word in names.split()
}


def month(word: str, language: str = "") -> int | None:
    """Return the number of the month that ``word`` names, or ``None``."""
    folded = fold(word)
    return OTHER_MONTHS.get(language, {}).get(folded) or MONTHS.get(folded)
