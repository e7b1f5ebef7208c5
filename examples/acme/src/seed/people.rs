use churnkey::Currency;
use churnkey::model::Address;

pub(super) struct Person {
    pub(super) first_name: &'static str,
    pub(super) last_name: &'static str,
    /// The name as written in an email address.
    pub(super) mailbox: &'static str,
    pub(super) home: &'static Home,
}

pub(super) struct Home {
    country: &'static str,
    state: Option<&'static str>,
    city: &'static str,
    postal_code: &'static str,
    street: &'static str,
    pub(super) dial: &'static str,
    pub(super) currency: Currency,
}

impl Home {
    /// The address with this house number.
    pub(super) fn address(&self, number: u32) -> Address {
        let mut address = Address::new()
            .country(self.country)
            .city(self.city)
            .postal_code(self.postal_code)
            .line1(format!("{} {number}", self.street));
        address.state = self.state.map(Into::into);
        address
    }
}

macro_rules! home {
    (
        $country:literal $state:expr, $city:literal $postal_code:literal $street:literal
        $dial:literal $currency:ident
    ) => {
        &Home {
            country: $country,
            state: $state,
            city: $city,
            postal_code: $postal_code,
            street: $street,
            dial: $dial,
            currency: Currency::$currency,
        }
    };
}

const BOSTON: &Home = home!("US" Some("MA"), "Boston" "02110" "Summer Street" "+1617" USD);
const SAN_JOSE: &Home = home!("US" Some("CA"), "San José" "95113" "Market Street" "+1408" USD);
const LEEDS: &Home = home!("GB" None, "Leeds" "LS1 4DY" "Park Row" "+44113" GBP);
const BERLIN: &Home = home!("DE" None, "Berlin" "10827" "Crellestraße" "+4930" EUR);
const PARIS: &Home = home!("FR" None, "Paris" "75010" "Rue de l’Échiquier" "+331" EUR);
const ATHENS: &Home = home!("GR" None, "Αθήνα" "105 57" "Μητροπόλεως" "+30210" EUR);
const LISBON: &Home = home!("PT" None, "Lisboa" "1200-109" "Rua da Conceição" "+35121" EUR);
const MALMO: &Home = home!("SE" None, "Malmö" "211 34" "Östergatan" "+4640" SEK);
const SAPPORO: &Home = home!("JP" Some("北海道"), "札幌市" "060-0001" "北一条西" "+8111" JPY);

macro_rules! people {
    ($($first_name:literal $last_name:literal $mailbox:literal $home:ident;)+) => {
        pub(super) const PEOPLE: &[Person] = &[$(Person {
            first_name: $first_name,
            last_name: $last_name,
            mailbox: $mailbox,
            home: $home,
        }),+];
    };
}

people! {
    "Grace" "O’Neill" "grace.oneill" BOSTON;
    "Jürgen" "Groß" "juergen.gross" BERLIN;
    "Åsa" "Öberg" "asa.oberg" MALMO;
    "José" "Ibáñez" "jose.ibanez" SAN_JOSE;
    "美咲" "佐藤" "misaki.sato" SAPPORO;
    "Zoë" "Smith-Jones" "zoe.smith-jones" LEEDS;
    "Chloé" "Lefèvre" "chloe.lefevre" PARIS;
    "Ελένη" "Παπαδοπούλου" "eleni.papadopoulou" ATHENS;
    "João" "Conceição" "joao.conceicao" LISBON;
    "Łukasz" "Żółć" "lukasz.zolc" BERLIN;
    "Nguyễn" "Thị Hòa" "nguyen.thi.hoa" SAN_JOSE;
    "İpek" "Şahin" "ipek.sahin" BERLIN;
    "Samuel" "Lee" "samuel.lee" BOSTON;
    "Siân" "Llŷr" "sian.llyr" LEEDS;
    "Björk" "Þórsdóttir" "bjork.thorsdottir" MALMO;
    "Наталія" "Шевченко" "nataliia.shevchenko" PARIS;
    "健" "鈴木" "ken.suzuki" SAPPORO;
}
