//! The languages of speech.

use crate::open::open_enum;

open_enum! {
    /// A language that Twilio speaks or understands, as a BCP 47 tag. Which of them a verb takes depends on its voice or speech model.
    pub enum Language {
        /// `af-ZA`
        AfZa = "af-ZA",
        /// `am-ET`
        AmEt = "am-ET",
        /// `ar-AE`
        ArAe = "ar-AE",
        /// `ar-BH`
        ArBh = "ar-BH",
        /// `ar-DZ`
        ArDz = "ar-DZ",
        /// `ar-EG`
        ArEg = "ar-EG",
        /// `ar-IL`
        ArIl = "ar-IL",
        /// `ar-IQ`
        ArIq = "ar-IQ",
        /// `ar-JO`
        ArJo = "ar-JO",
        /// `ar-KW`
        ArKw = "ar-KW",
        /// `ar-LB`
        ArLb = "ar-LB",
        /// `ar-MA`
        ArMa = "ar-MA",
        /// `ar-OM`
        ArOm = "ar-OM",
        /// `ar-PS`
        ArPs = "ar-PS",
        /// `ar-QA`
        ArQa = "ar-QA",
        /// `ar-SA`
        ArSa = "ar-SA",
        /// `ar-TN`
        ArTn = "ar-TN",
        /// `az-AZ`
        AzAz = "az-AZ",
        /// `bg-BG`
        BgBg = "bg-BG",
        /// `bn-BD`
        BnBd = "bn-BD",
        /// `bn-IN`
        BnIn = "bn-IN",
        /// `ca-ES`
        CaEs = "ca-ES",
        /// `cs-CZ`
        CsCz = "cs-CZ",
        /// `da-DK`
        DaDk = "da-DK",
        /// `de-DE`
        DeDe = "de-DE",
        /// `el-GR`
        ElGr = "el-GR",
        /// `en-AU`
        EnAu = "en-AU",
        /// `en-CA`
        EnCa = "en-CA",
        /// `en-GB`
        EnGb = "en-GB",
        /// `en-GH`
        EnGh = "en-GH",
        /// `en-IE`
        EnIe = "en-IE",
        /// `en-IN`
        EnIn = "en-IN",
        /// `en-KE`
        EnKe = "en-KE",
        /// `en-NG`
        EnNg = "en-NG",
        /// `en-NZ`
        EnNz = "en-NZ",
        /// `en-PH`
        EnPh = "en-PH",
        /// `en-SG`
        EnSg = "en-SG",
        /// `en-TZ`
        EnTz = "en-TZ",
        /// `en-US`
        EnUs = "en-US",
        /// `en-ZA`
        EnZa = "en-ZA",
        /// `es-AR`
        EsAr = "es-AR",
        /// `es-BO`
        EsBo = "es-BO",
        /// `es-CL`
        EsCl = "es-CL",
        /// `es-CO`
        EsCo = "es-CO",
        /// `es-CR`
        EsCr = "es-CR",
        /// `es-DO`
        EsDo = "es-DO",
        /// `es-EC`
        EsEc = "es-EC",
        /// `es-ES`
        EsEs = "es-ES",
        /// `es-GT`
        EsGt = "es-GT",
        /// `es-HN`
        EsHn = "es-HN",
        /// `es-MX`
        EsMx = "es-MX",
        /// `es-NI`
        EsNi = "es-NI",
        /// `es-PA`
        EsPa = "es-PA",
        /// `es-PE`
        EsPe = "es-PE",
        /// `es-PR`
        EsPr = "es-PR",
        /// `es-PY`
        EsPy = "es-PY",
        /// `es-SV`
        EsSv = "es-SV",
        /// `es-US`
        EsUs = "es-US",
        /// `es-UY`
        EsUy = "es-UY",
        /// `es-VE`
        EsVe = "es-VE",
        /// `et-EE`
        EtEe = "et-EE",
        /// `eu-ES`
        EuEs = "eu-ES",
        /// `fa-IR`
        FaIr = "fa-IR",
        /// `fi-FI`
        FiFi = "fi-FI",
        /// `fil-PH`
        FilPh = "fil-PH",
        /// `fr-CA`
        FrCa = "fr-CA",
        /// `fr-FR`
        FrFr = "fr-FR",
        /// `gl-ES`
        GlEs = "gl-ES",
        /// `gu-IN`
        GuIn = "gu-IN",
        /// `he-IL`
        HeIl = "he-IL",
        /// `hi-IN`
        HiIn = "hi-IN",
        /// `hr-HR`
        HrHr = "hr-HR",
        /// `hu-HU`
        HuHu = "hu-HU",
        /// `hy-AM`
        HyAm = "hy-AM",
        /// `id-ID`
        IdId = "id-ID",
        /// `is-IS`
        IsIs = "is-IS",
        /// `it-IT`
        ItIt = "it-IT",
        /// `ja-JP`
        JaJp = "ja-JP",
        /// `jv-ID`
        JvId = "jv-ID",
        /// `ka-GE`
        KaGe = "ka-GE",
        /// `km-KH`
        KmKh = "km-KH",
        /// `kn-IN`
        KnIn = "kn-IN",
        /// `ko-KR`
        KoKr = "ko-KR",
        /// `lo-LA`
        LoLa = "lo-LA",
        /// `lt-LT`
        LtLt = "lt-LT",
        /// `lv-LV`
        LvLv = "lv-LV",
        /// `mk-MK`
        MkMk = "mk-MK",
        /// `ml-IN`
        MlIn = "ml-IN",
        /// `mn-MN`
        MnMn = "mn-MN",
        /// `mr-IN`
        MrIn = "mr-IN",
        /// `ms-MY`
        MsMy = "ms-MY",
        /// `my-MM`
        MyMm = "my-MM",
        /// `nar-IQ`
        NarIq = "nar-IQ",
        /// `nb-NO`
        NbNo = "nb-NO",
        /// `ne-NP`
        NeNp = "ne-NP",
        /// `nl-BE`
        NlBe = "nl-BE",
        /// `nl-NL`
        NlNl = "nl-NL",
        /// `pa-guru-IN`
        PaGuruIn = "pa-guru-IN",
        /// `pl-PL`
        PlPl = "pl-PL",
        /// `pt-BR`
        PtBr = "pt-BR",
        /// `pt-PT`
        PtPt = "pt-PT",
        /// `ro-RO`
        RoRo = "ro-RO",
        /// `ru-RU`
        RuRu = "ru-RU",
        /// `si-LK`
        SiLk = "si-LK",
        /// `sk-SK`
        SkSk = "sk-SK",
        /// `sl-SI`
        SlSi = "sl-SI",
        /// `sq-AL`
        SqAl = "sq-AL",
        /// `sr-RS`
        SrRs = "sr-RS",
        /// `su-ID`
        SuId = "su-ID",
        /// `sv-SE`
        SvSe = "sv-SE",
        /// `sw-KE`
        SwKe = "sw-KE",
        /// `sw-TZ`
        SwTz = "sw-TZ",
        /// `ta-IN`
        TaIn = "ta-IN",
        /// `ta-LK`
        TaLk = "ta-LK",
        /// `ta-MY`
        TaMy = "ta-MY",
        /// `ta-SG`
        TaSg = "ta-SG",
        /// `te-IN`
        TeIn = "te-IN",
        /// `th-TH`
        ThTh = "th-TH",
        /// `tr-TR`
        TrTr = "tr-TR",
        /// `uk-UA`
        UkUa = "uk-UA",
        /// `ur-IN`
        UrIn = "ur-IN",
        /// `ur-PK`
        UrPk = "ur-PK",
        /// `uz-UZ`
        UzUz = "uz-UZ",
        /// `vi-VN`
        ViVn = "vi-VN",
        /// `yue-Hant-HK`
        YueHantHk = "yue-Hant-HK",
        /// `zh`
        Zh = "zh",
        /// `cmn-Hans-CN`
        CmnHansCn = "cmn-Hans-CN",
        /// `zh-TW`
        ZhTw = "zh-TW",
        /// `cmn-Hant-TW`
        CmnHantTw = "cmn-Hant-TW",
        /// `zu-ZA`
        ZuZa = "zu-ZA",
        /// `ar-XA`
        ArXa = "ar-XA",
        /// `arb`
        Arb = "arb",
        /// `cmn-CN`
        CmnCn = "cmn-CN",
        /// `cmn-TW`
        CmnTw = "cmn-TW",
        /// `cy-GB`
        CyGb = "cy-GB",
        /// `de-AT`
        DeAt = "de-AT",
        /// `en-GB-WLS`
        EnGbWls = "en-GB-WLS",
        /// `fr-BE`
        FrBe = "fr-BE",
        /// `pa-IN`
        PaIn = "pa-IN",
        /// `yue-HK`
        YueHk = "yue-HK",
        /// `zh-CN`
        ZhCn = "zh-CN",
        /// `zh-HK`
        ZhHk = "zh-HK",
        /// `yue-CN`
        YueCn = "yue-CN",
    }
}
