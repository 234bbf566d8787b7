//! Words by which a target is known to be a person: common given names of many countries, and titles. Names that are
//! common words or places, and titles that open other names ("General Election"), are left out.

/// Given names, lower case, in order.
#[rustfmt::skip]
pub const GIVEN_NAMES: [&str; 454] = [
    "aaron", "abdul", "abigail", "adam", "adrian", "ahmed", "aidan", "alan", "albert", "alejandro", "alex",
    "alexander", "alexandra", "alexei", "ali", "alice", "alicia", "alison", "allison", "amanda", "amber",
    "amina", "amy", "ana", "anders", "andrea", "andreas", "andrei", "andrew", "andy", "angela", "anita",
    "ann", "anna", "anne", "anthony", "anton", "antonio", "arthur", "ashley", "astrid", "barack", "barbara",
    "beatrice", "ben", "benjamin", "bernard", "bernie", "beth", "betty", "bill", "björn", "bob", "boris",
    "brad", "brandon", "brenda", "brian", "bridget", "bruce", "bruno", "caitlin", "cameron", "carl",
    "carla", "carlos", "carol", "caroline", "catherine", "cecilia", "charles", "charlie", "charlotte",
    "chen", "chloe", "chris", "christian", "christina", "christine", "christopher", "claire", "clara",
    "claudia", "colin", "connor", "craig", "cynthia", "dan", "daniel", "daniela", "david", "deborah",
    "denis", "dennis", "derek", "diana", "diane", "diego", "dmitri", "dominic", "don", "donald", "donna",
    "doris", "dorothy", "doug", "douglas", "duncan", "dylan", "ed", "eddie", "edgar", "edith", "eduardo",
    "edward", "eleanor", "elena", "elizabeth", "ella", "ellen", "emily", "emma", "emmanuel", "eric", "erik",
    "erin", "ethan", "eva", "evan", "evelyn", "fatima", "felix", "fernando", "fiona", "frances",
    "francesca", "francis", "francisco", "frank", "fred", "frederick", "gabriel", "gareth", "gary", "gavin",
    "geoffrey", "george", "gerald", "gerhard", "giorgia", "giovanni", "gloria", "gordon", "graham", "greg",
    "gregory", "hamid", "hannah", "harold", "harriet", "harry", "hassan", "heather", "heidi", "helen",
    "helga", "henry", "hillary", "hiroshi", "howard", "hugh", "hugo", "ian", "ibrahim", "igor", "ines",
    "ingrid", "irene", "isaac", "isabel", "ivan", "jack", "jackie", "jacob", "jacqueline", "jake", "james",
    "jamie", "jan", "jane", "janet", "jason", "javier", "jean", "jeff", "jeffrey", "jennifer", "jeremy",
    "jerome", "jerry", "jesse", "jessica", "jill", "jim", "jimmy", "joan", "joanna", "joe", "joel", "johan",
    "johanna", "john", "johnny", "jon", "jonathan", "jorge", "jose", "josef", "joseph", "josh", "joshua",
    "juan", "judith", "judy", "julia", "julian", "julie", "justin", "jürgen", "karen", "karl", "kate",
    "katherine", "kathleen", "kathy", "katie", "keir", "keith", "kelly", "ken", "kenneth", "kevin", "kim",
    "kirsten", "klaus", "kurt", "kyle", "larry", "lars", "laura", "lauren", "laurence", "leah", "lee",
    "leo", "leon", "leonard", "lewis", "liam", "lily", "linda", "lisa", "liz", "louis", "louise", "lucas",
    "lucy", "luigi", "luis", "luke", "lynn", "magdalena", "malcolm", "manuel", "marco", "margaret", "maria",
    "marie", "marilyn", "mario", "marion", "marta", "martha", "martin", "mary", "matt", "matteo", "matthew",
    "maureen", "megan", "melanie", "melissa", "michael", "michel", "michelle", "miguel", "mike", "mitch",
    "mitt", "mohammed", "molly", "monica", "moritz", "muhammad", "nadia", "nancy", "naomi", "natalie",
    "natasha", "nathan", "neil", "nicholas", "nick", "nicola", "nicolas", "nigel", "nikolai", "nina",
    "noah", "noel", "nora", "norman", "olaf", "oleg", "olga", "oliver", "olivia", "omar", "oscar", "otto",
    "owen", "pablo", "pamela", "patricia", "patrick", "paul", "paula", "pedro", "peggy", "pete", "peter",
    "petra", "phil", "philip", "philippe", "pierre", "piotr", "rachel", "rafael", "ralph", "ramon",
    "raymond", "rebecca", "richard", "rick", "rita", "rob", "robert", "roberto", "robin", "rod", "roger",
    "roland", "ron", "ronald", "rosa", "ross", "roy", "rudolf", "rupert", "russell", "ruth", "ryan",
    "sabine", "sally", "salman", "sam", "samantha", "samir", "samuel", "sandra", "sara", "sarah", "scott",
    "sean", "sebastian", "sergei", "seth", "sharon", "sheila", "shinzo", "silvia", "simon", "simone",
    "sofia", "sonia", "sophie", "stacey", "stefan", "stella", "stephanie", "stephen", "steve", "steven",
    "stuart", "sue", "susan", "suzanne", "sven", "svetlana", "sylvia", "tamara", "tanya", "ted", "teresa",
    "terry", "theodore", "theresa", "thomas", "tim", "timothy", "tina", "tobias", "todd", "tom", "tommy",
    "tony", "tracy", "ursula", "valerie", "vanessa", "veronica", "victor", "vincent", "viola", "vladimir",
    "volodymyr", "walter", "wang", "wayne", "wendy", "werner", "wilhelm", "william", "wolfgang", "xavier",
    "xi", "yasmin", "yoko", "yuri", "yusuf", "yves", "zachary", "zoe",
];

/// Titles and forms of address, lower case, without dot, in order.
#[rustfmt::skip]
pub const HONORIFICS: [&str; 40] = [
    "admiral", "bishop", "captain", "cardinal", "chairwoman", "chancellor", "colonel", "commissioner",
    "congressman", "congresswoman", "councillor", "doctor", "dr", "emperor", "gov", "governor", "imam",
    "madam", "mayor", "miss", "mr", "mrs", "ms", "pope", "president", "princess", "prof", "professor",
    "rabbi", "rep", "representative", "rev", "reverend", "sen", "senator", "sergeant", "sheikh", "sheriff",
    "sir", "sultan",
];

/// Last words of what is named after a person and is none, lower case, in order.
#[rustfmt::skip]
pub const BODIES: [&str; 44] = [
    "academy", "act", "avenue", "bank", "beach", "bill", "board", "bridge", "center", "centre", "club",
    "college", "committee", "company", "council", "court", "department", "election", "foundation", "garden",
    "group", "hall", "hospital", "house", "institute", "law", "library", "museum", "office", "park",
    "party", "plan", "prize", "road", "school", "society", "square", "stadium", "station", "street",
    "tower", "trust", "union", "university",
];
