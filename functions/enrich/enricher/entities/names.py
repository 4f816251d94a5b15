"""Words that tell what a name names: given names and surnames, titles, heads of organisations and of places, roles.

Comes in: a word. Goes out: what it is evidence of. The lists are of our own writing but for
``person_names.txt``, which ``compile/person_names.py`` makes.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@cache
def given_names() -> frozenset[str]:
    """Return given names of some eighty countries, in Latin letters."""
    return frozenset(line[1:] for line in _person_names() if line[0] in "gb") | _MORE_GIVEN_NAMES


@cache
def surnames() -> frozenset[str]:
    """Return surnames of some eighty countries, in Latin letters."""
    return frozenset(line[1:] for line in _person_names() if line[0] in "sb")


@cache
def _person_names() -> tuple[str, ...]:
    return tuple((files("enricher.entities") / "person_names.txt").read_text(encoding="utf-8").split())


_MORE_GIVEN_NAMES = _words("""
Abdel Abdelaziz Abdul Abdulaziz Abiy Adnan Akbar Alassane Aleksandr Aleksei Alexei Alexey Alisher Amir Anatoly Andrei
Andrey Andriy Antonis Anwar Arkady Arseniy Aslan Asif Atal Aung Avigdor Aziz Babatunde Bashar Bassam Barack Benazir
Benjamin Bidzina Boris Borys Chiang Dilma Dmitri Dmitriy Dmitry Dmytro Ehud Emmanuel Emomali Ernesto Evo Faisal Farouk
Fatih Fidel Fyodor Gamal Gennady Georgi Georgios Giorgi Gordana Haider Hakan Hamid Haruki Hassan Hideki Hikmet Hiroshi
Hosni Hugo Hun Ibrahim Idi Igor Ihor Ilham Ilya Imran Indira Iosif Isaias Iskander Islam Itzhak Ivan Ivica Jacinda
Jawaharlal Jean-Claude Jean-Luc Jean-Marie Jean-Paul Jean-Pierre Jens Josip Joko Junichiro Kamala Kazuo Keir Kemal
Kenji Khaled Khalid Khalifa Kim Kirill Konstantin Konstantinos Kostas Kurmanbek Kwame Kyriakos Lal Laurent Lech Leonid
Lev Liam Lyudmila Maksim Mamnoon Manmohan Mahathir Mahinda Mahmoud Mao Marat Masoud Matteo Maxim Mehdi Mehmet Mikhail
Mikheil Mikis Milorad Miloš Mirza Mitt Moammar Mohamed Mohammad Mohammed Mohan Mohandas Moise Mona Moshe Muammar
Muhammad Muhammadu Mustafa Mykhailo Mykola Nana Naoto Narendra Nasser Natalia Nawaz Nelson Nicolae Nicolás Nicos
Nikita Nikol Nikola Nikolai Nikolay Nikos Nouri Nursultan Oleg Oleh Oleksandr Oleksiy Olha Olusegun Omar Osama Paavo
Park Pavel Pavlo Pervez Petr Petro Pyotr Qasem Rafael Rafik Rahul Rajiv Ram Ramzan Ranil Recep Reza Rishi Rodrigo
Roman Ruslan Saad Sadiq Sadako Salman Salva Samir Satoshi Sergei Sergey Serhiy Shavkat Shehbaz Shimon Shinzo Shinzō
Silvio Slobodan Sonia Stanislav Stepan Sushma Svetlana Tadeusz Taro Tariq Tatiana Tayyip Tedros Teodoro Tigran Tsai
Uhuru Vaclav Václav Valentina Valentyn Valery Vasily Viktor Viktoria Vitali Vitaliy Vitaly Vlad Vladimir Vladislav
Vojislav Volodymyr Vyacheslav Wael Wen Wojciech Xi Yasser Yassir Yevgeny Yitzhak Yoshihide Yousuf Yulia Yuri Yuriy
Yusuf Zeljko Zhou Zine Zoran Zulfikar Deng Hu Li Liu Wang Zhang Zhao
""")

TITLES = _words("""
mr mrs ms miss mx dr prof professor sir dame lord lady madam madame monsieur mme herr frau señor señora
president vice vice-president premier prime minister chancellor senator sen rep representative congressman
congresswoman assemblyman assemblywoman governor gov lieutenant-governor mayor councillor councilman councilwoman
alderman secretary ambassador envoy commissioner speaker deputy chairman chairwoman chairperson chair ceo cfo
director-general attorney solicitor general gen colonel col major maj captain capt lieutenant lt sergeant sgt staff
corporal cpl private pvt admiral adm commander cmdr marshal commodore brigadier king queen prince princess crown
emperor empress tsar tsarina czar kaiser sultan emir shah shahanshah caliph sheikh sheik duke duchess archduke earl
count countess baron baroness viscount viscountess marquess marquis margrave landgrave elector pope cardinal archbishop
bishop patriarch metropolitan father fr mother sister brother rev reverend pastor rabbi imam ayatollah mullah mufti
chief justice judge inspector detective officer constable sheriff superintendent coach manager pharaoh khan raja
maharaja nawab mp mep former-president taoiseach tánaiste imperator consul tribune centurion comrade chairman
""")

TITLE_PREFIXES = _words("""
deputy vice prime acting interim former assistant associate foreign defence defense finance interior health education
justice home crown first lieutenant major brigadier rear grand chief staff attorney solicitor state executive
president-elect late then current ex-
""")

PERSON_PARTICLES = _words("de del della di da do dos das du van von der den ter ten bin ibn ben al el zu af av")

GENERATIONS = _words("I Jr Jr. Sr Sr. II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI")

ORGANISATION_HEADS = _words("""
landtag bundestag bundesrat reichstag diet dáil duma rada sejm knesset
university college institute academy polytechnic faculty school schools party corporation corp inc incorporated ltd
limited company co plc llc llp gmbh ag sa group holdings bank bancorp association associates society federation
confederation union league conference committee commission council agency department ministry bureau directorate
authority parliament senate assembly congress court tribunal army navy force forces guard guards police gendarmerie
militia fc f.c. afc cf sc ac fk sk bk if united rovers wanderers athletic albion hotspur club records recordings
studios studio pictures entertainment productions orchestra philharmonic symphony ensemble quartet choir band church
foundation trust fund charity network channel radio television news times post herald tribune gazette chronicle
telegraph guardian journal magazine press publishing publishers publications books airlines airways airline motors
motor industries systems technologies technology software electronics laboratories labs pharmaceuticals partners
alliance coalition front movement brigade regiment battalion squadron corps fleet legion service services
administration organisation organization institution initiative project campaign board cabinet
government secretariat consulate embassy mission taskforce team crew cartel mafia gang syndicate cooperative
consortium enterprises enterprise international insurance energy petroleum oil steel chemicals chemical foods brewery
breweries brands stores supermarkets hotels railways railway railroad nra nba nfl nhl mlb
cubs yankees mets dodgers giants cardinals phillies pirates braves tigers orioles royals athletics mariners rangers
astros padres rockies reds indians twins brewers angels nationals marlins lakers celtics knicks bulls warriors
mavericks spurs rockets suns hawks hornets pistons raptors pacers cavaliers nuggets timberwolves grizzlies pelicans
clippers blazers 76ers wizards bucks jazz kings cowboys steelers packers patriots raiders broncos chiefs bears lions
vikings eagles redskins commanders saints buccaneers panthers falcons ravens bengals browns texans colts jaguars
titans chargers seahawks 49ers rams dolphins jets bills islanders bruins canadiens maple leafs blackhawks wolves
flyers penguins capitals hurricanes predators sabres senators oilers flames canucks sharks ducks coyotes avalanche
stars blues wild lightning huskies bulldogs wildcats sox socialists
comics guitars toys instruments sports cars beverages theaters theatres newspapers communications media broadcasting
interactive games solutions networks semiconductor philharmoniker philharmonie hall-of-fame caucus politburo junta
""")

CLUB_OPENINGS = _words("""
fc f.c. ac a.c. as a.s. sv ss s.s. ks fk nk sk ks cd c.d. cf rc sc vfb vfl tsv hnk ogc aek paok cska ca real atlético
atletico sporting dynamo dinamo lokomotiv spartak borussia bayer hertha deportivo olympique inter shakhtar maccabi
hapoel zenit racing gimnasia rapid red-star
""")

COMPANY_SUFFIXES = _words(
    "inc inc. incorporated ltd ltd. limited corp corp. corporation co co. plc llc llp gmbh ag sa s.a. nv n.v. ab oyj"
)

PLACE_HEADS = _words("""
river rivers creek brook stream lake lakes lagoon reservoir falls waterfall sea ocean gulf bay cove strait straits
channel canal sound fjord harbour harbor port island islands isle isles archipelago peninsula cape point beach coast
shore reef atoll mountain mountains mount mt peak hill hills ridge range volcano glacier plateau plain plains
prairie steppe desert valley canyon gorge pass cave caves caverns basin forest woods wood jungle rainforest marsh
swamp park garden gardens reserve sanctuary meadow meadows field fields heath moor road street avenue boulevard lane
drive highway freeway motorway interstate route parkway expressway bridge tunnel square plaza terrace station
terminal airport aerodrome airfield stadium arena ballpark speedway racecourse racetrack velodrome coliseum castle
palace fort fortress citadel tower house hall manor abbey priory monastery cathedral basilica chapel mosque temple
shrine synagogue cemetery museum gallery library theatre theater cinema hospital prison jail penitentiary shipyard
dockyard mine quarry dam lighthouse county shire province district region territory prefecture oblast krai raion
municipality township borough parish village town city ward suburb neighbourhood neighborhood quarter downtown
heights highlands lowlands midlands republic emirate kingdom sultanate caliphate principality duchy colony mandate
empire zone corridor border frontier east west north south hemisphere base camp panhandle state federation line
crossing barracks zoo centre center docklands formation complex waterfront wharf pier marina trail mall ranch estate
campus rink
""")

PLACE_OPENINGS = _words(
    "lake mount mt mt. fort cape port gulf bay river camp isle saint-denis san santa são los las el-"
)

STORMS = _words("hurricane typhoon cyclone storm")

COMPASS = _words("""
north south east west northern southern eastern western central upper lower greater inner outer northeast northwest
southeast southwest north-east north-west south-east south-west northeastern northwestern southeastern southwestern
mainland mid
""")

ORGANISATION_NOUNS = _words("""
band group company firm corporation manufacturer maker publisher label brand club team side franchise party coalition
alliance network channel station broadcaster newspaper daily weekly magazine tabloid journal outlet agency bank insurer
airline carrier retailer supermarket chain supplier producer startup start-up studio developer university college
institute school academy union league association federation society organisation organization ngo nonprofit charity
foundation trust committee commission council authority regulator ministry department army militia force unit regiment
battalion brigade squadron movement faction cartel gang sect order orchestra ensemble choir quartet trio duo rivals
conglomerate consortium subsidiary think-tank thinktank watchdog parliament court lender automaker automobile
competitor opponents champions
""")

PLACE_NOUNS = _words("""
city town village hamlet suburb neighbourhood neighborhood district borough county province region state territory
country nation republic kingdom island islands isle peninsula river lake sea mountain mountains valley hill volcano bay
port harbour harbor capital municipality township commune parish settlement community resort prefecture oblast canton
area coast beach desert forest park street road avenue square airport station stadium castle palace fortress monastery
cathedral museum colony emirate principality duchy metropolis ghetto enclave exclave archipelago strait gulf creek
reservoir glacier plateau
""")

PERSON_NOUNS = _words("""
man woman boy girl father mother son daughter brother sister wife husband widow spouse fiancé fiancée partner friend
uncle aunt nephew niece cousin grandson granddaughter grandfather grandmother child twin heir successor predecessor
colleague teammate rival contemporary
actor actress singer songwriter musician guitarist drummer bassist pianist violinist composer conductor rapper vocalist
artist painter sculptor architect designer photographer filmmaker director producer screenwriter writer author novelist
poet playwright dramatist journalist reporter correspondent columnist editor presenter host broadcaster comedian dancer
choreographer model player footballer cricketer golfer boxer wrestler swimmer runner sprinter cyclist driver jockey
striker midfielder defender goalkeeper winger forward quarterback receiver linebacker pitcher catcher outfielder
shortstop baseman batsman bowler center guard goalie captain coach manager scout referee umpire athlete champion
politician leader president premier minister chancellor senator congressman congresswoman governor mayor councillor
lawmaker legislator representative deputy secretary ambassador diplomat envoy spokesman spokeswoman spokesperson
adviser advisor aide strategist candidate nominee activist campaigner lawyer attorney solicitor barrister judge justice
prosecutor magistrate sheriff detective officer policeman constable inspector general colonel major lieutenant sergeant
soldier commander admiral captain pilot astronaut cosmonaut king queen prince princess emperor empress monarch ruler
pharaoh sultan pope bishop archbishop cardinal priest pastor rabbi imam cleric monk nun saint missionary theologian
philosopher scientist physicist chemist biologist mathematician astronomer geologist economist historian
anthropologist sociologist psychologist psychiatrist physician doctor surgeon nurse engineer inventor explorer scholar
professor lecturer teacher researcher analyst expert critic entrepreneur businessman businesswoman investor
billionaire executive founder cofounder co-founder owner chairman chairwoman ceo banker trader farmer worker resident
student victim suspect defendant killer murderer gunman terrorist spy hacker whistleblower rookie veteran star legend
detective character protagonist heroine hero villain god goddess lord baron earl duke knight nobleman tsar
superintendent fellow critic historian demonstrator protester survivor neighbour neighbor
""")

PERSON_VERBS = _words("""
say tell add explain recall argue insist note reply respond joke quip write sing marry divorce die bear retire resign
graduate study wed believe think feel hope want wonder admit confess apologize apologise testify tweet star cry laugh
smile nod speak talk ask remember love hate live grow age wear direct compose paint pitch coach replace
""")

ORGANISATION_VERBS = _words("acquire merge publish broadcast manufacture disband launch sponsor trade recruit")

ELECTING_VERBS = _words("elect appoint nominate arrest kill marry accuse interview succeed murder assassinate cast")

JOINING_VERBS = _words("join sign leave rejoin manage coach captain defeat beat represent supply acquire")

TEAM_WORDS = _words("""
midfielder striker defender goalkeeper winger forward coach manager fans fan supporters player players captain
quarterback pitcher shortstop catcher outfielder jersey squad academy chairman spokesman spokeswoman spokesperson
executive executives employee employees shares stock shareholders subsidiary frontman lineup album albums single
teammate teammates roster guitarist drummer bassist singer vocalist
""")

FOLLOWING_PLACE = _words("""
government authorities police troops officials parliament airport residents resident suburb border coast embassy
ambassador lawmakers voters skyline native area areas region regions province district districts county counties
city town village towns villages island islands valley plateau river rivers street streets avenue peninsula
mountains desert sands empire kingdom church cathedral station road neighbourhood neighborhood prefecture state
states metro mayor governor senator
""")

FOLLOWING_PERSON = _words("""
theorem equation equations algebra syndrome effect conjecture biography administration presidency novel family brothers
sisters ally allies aide campaign memoir era
""")

PLACE_ENDINGS = tuple(
    sorted(
        _words("""
stan burg burgh ville shire ham grad abad pur polis mouth wick chester borough bridge bury dorf hausen furt stadt berg
heim holm köping vik fjord ovo ivka gorod dale mere pool haven ington ania istan nagar ganj kot patnam halli landia
""")
    )
)

PERSON_ENDINGS = tuple(
    sorted(
        _words("""
ov ova ev eva sky skiy skyi ski ska vich enko ić ič sson sdóttir sen shvili adze yan opoulos akis idis oğlu zadeh escu
wicz czyk ová
""")
    )
)

PLACE_PREPOSITIONS = {
    "in": 1.9, "near": 2.0, "throughout": 2.0, "across": 1.5, "around": 1.0, "outside": 1.6, "inside": 1.6,
    "within": 1.2, "into": 1.2, "at": 0.6, "from": 0.7, "to": 0.5, "towards": 0.7, "toward": 0.7, "between": 0.3,
    "north": 2.0, "south": 2.0, "east": 2.0, "west": 2.0, "via": 1.0, "through": 0.8, "off": 1.0, "onto": 0.5,
    "over": 0.2, "along": 1.2, "downtown": 2.0, "central": 1.5, "beyond": 0.6, "of": 0.2,
}  # fmt: skip

PERSON_PREPOSITIONS = {"by": 0.6, "with": 0.4, "against": 0.0, "after": 0.2, "for": 0.0}

ORGANISATION_PREPOSITIONS = {"against": 0.9, "for": 0.7, "by": 0.3, "with": 0.3, "at": 0.2, "over": 0.5}

SPORT_NOUNS = _words("""
goal goals season seasons club clubs league match matches debut transfer loan coach striker midfielder goalkeeper
squad cup playoff playoffs win defeat draw game games caps cap team fan scored player players footballer football
baseball basketball hockey rugby points beat relegated goalscorer goalscorers manager promotion relegation
appearances appearance contract
""")

REGIONS = frozenset(
    line.strip()
    for line in """
Soviet Union|USSR|U.S.S.R.|Yugoslavia|Czechoslovakia|East Germany|West Germany|Prussia|Ottoman Empire|Roman Empire
Byzantine Empire|Holy Roman Empire|British Empire|Austria-Hungary|Persia|Mesopotamia|Babylon|Babylonia|Assyria|Rhodesia
Burma|Ceylon|Siam|Zaire|Holland|Bohemia|Moravia|Silesia|Galicia|Bessarabia|Transylvania|Wallachia|Macedonia|Thrace
Anatolia|Judea|Judaea|Galilee|Gaul|Britannia|Hispania|Numidia|Carthage|Troy|Sparta|Continental Europe|Middle East
Near East|Far East|Balkans|Caucasus|Scandinavia|Siberia|Crimea|Donbas|Gaza|Gaza Strip|West Bank|Kashmir|Punjab|Bengal
Tibet|Kurdistan|Palestine|Catalonia|Bavaria|Tuscany|Sicily|Sardinia|Corsica|Lombardy|Normandy|Brittany|Burgundy|Alsace
Lorraine|Provence|Flanders|Wallonia|Saxony|Pomerania|Rhineland|Ruhr|Tyrol|Andalusia|Castile|Aragon|Basque Country
Great Britain|British Isles|England|Scotland|Wales|Northern Ireland|Ulster|Cornwall|Midlands|East Anglia|New England
Midwest|Deep South|Sun Belt|Rust Belt|Bay Area|Silicon Valley|Wall Street|West Coast|East Coast|Pacific Northwest
Western Europe|Eastern Europe|Central Europe|Southern Europe|Northern Europe|Southeast Asia|South Asia|East Asia
Central Asia|Asia Minor|Latin America|South America|North America|Central America|Sub-Saharan Africa|North Africa
West Africa|East Africa|Southern Africa|Central Africa|Horn of Africa|Maghreb|Sahel|Sahara|Levant|Arabia
Arabian Peninsula|Iberia|Iberian Peninsula|Indochina|Patagonia|Amazon Basin|Antarctica|Arctic|Oceania|Polynesia
Micronesia|Melanesia|Australasia|Caribbean|West Indies|Europe|Asia|Africa|America|Americas|Australia|Eurasia|Darfur
Kosovo|Chechnya|Dagestan|Abkhazia|South Ossetia|Transnistria|Nagorno-Karabakh|Karabakh|Donetsk|Luhansk|Kherson|Xinjiang
Inner Mongolia|Manchuria|Hokkaido|Honshu|Kyushu|Okinawa|Taiwan|Formosa|Java|Sumatra|Borneo|Sulawesi|Bali|Luzon
Mindanao|Punjab|Gujarat|Kerala|Assam|Bihar|Haryana|Rajasthan|Maharashtra|Karnataka|Tamil Nadu|Uttar Pradesh
Madhya Pradesh|Andhra Pradesh|Himachal Pradesh|West Bengal|Odisha|Telangana|Jharkhand|Mizoram|Manipur|Meghalaya|Nagaland
Sindh|Balochistan|Khyber Pakhtunkhwa|Helmand|Kandahar|Nineveh|Anbar|Rojava|Idlib|Western Sahara|Mediterranean|Pacific
Atlantic|Indian Ocean|Baltic|Adriatic|Aegean|Black Sea|Caspian|Himalayas|Alps|Andes|Rockies|Pyrenees|Carpathians|Urals
Sussex|Surrey|Essex|Norfolk|Suffolk|Devon|Dorset|Somerset|Wiltshire|Hampshire|Berkshire|Oxfordshire|Buckinghamshire
Hertfordshire|Bedfordshire|Cambridgeshire|Lincolnshire|Nottinghamshire|Derbyshire|Leicestershire|Warwickshire
Staffordshire|Shropshire|Cheshire|Lancashire|Yorkshire|Cumbria|Northumberland|Gloucestershire|Worcestershire
Herefordshire|Merseyside|Tyneside|Teesside|Aberdeenshire|Lanarkshire|Ayrshire|Fife|Pembrokeshire|Gwynedd|Antrim|Armagh
Tyrone|Fermanagh|Connacht|Munster|Leinster|Ingushetia|Adygea|Tatarstan|Bashkortostan|Karelia|Yakutia|Buryatia|Rhodopes
Kalahari|Gobi|Serengeti|Dartmoor|Lake District|Peak District|Cotswolds|Snowdonia|Riviera|Côte d'Azur|Harlem|Brooklyn
Manhattan|Queens|Bronx|Staten Island|Hollywood|Bollywood|Broadway|Westminster|Soho|Chelsea|Kensington|Camden
Appalachians|Danube|Rhine|Volga|Nile|Euphrates|Tigris|Ganges|Indus|Mekong|Yangtze|Amazon River|Mississippi|Thames|Seine
""".replace("\n", "|").split("|")
    if line.strip()
)
"""Historical countries, regions, seas and rivers that lists of cities and countries leave out."""

ORGANISATIONS = frozenset(
    line.strip()
    for line in """
Reuters|Associated Press|AP|AFP|Agence France-Presse|Bloomberg|BBC|BBC News|CNN|Fox News|NBC|NBC News|CBS|CBS News|ABC
ABC News|MSNBC|NPR|PBS|HBO|Al Jazeera|Sky News|ITV|Channel 4|Deutsche Welle|Der Spiegel|Le Monde|Le Figaro|El País
La Repubblica|The Economist|Politico|Axios|BuzzFeed|HuffPost|Huffington Post|Vox|Breitbart|Newsweek|Time|Forbes|Fortune
Wired|Vanity Fair|Washington Post|New York Times|Wall Street Journal|Los Angeles Times|Chicago Tribune|USA Today
Financial Times|Guardian|Daily Mail|Daily Telegraph|Daily Mirror|Independent|Xinhua|TASS|RIA Novosti|Interfax|Kyodo
Press Association|Sputnik|Haaretz|Jerusalem Post|Kyiv Independent|Facebook|Twitter|YouTube|Instagram|WhatsApp|TikTok
Telegram|Google|Alphabet|Apple|Microsoft|Amazon|Meta|Netflix|Tesla|SpaceX|NASA|IBM|Intel|Nvidia|Oracle|Samsung|Sony
Nintendo|Toyota|Honda|Nissan|Volkswagen|BMW|Mercedes-Benz|Ford|General Motors|Chrysler|Boeing|Airbus|Lockheed Martin
Raytheon|Huawei|Alibaba|Tencent|Foxconn|Siemens|Nestlé|Unilever|Pfizer|Moderna|AstraZeneca|BioNTech|Walmart|McDonald's
Starbucks|Coca-Cola|Pepsi|Nike|Adidas|Disney|Walt Disney|Warner Bros.|Paramount|Universal|Goldman Sachs|Morgan Stanley
JPMorgan|JPMorgan Chase|Citigroup|HSBC|Barclays|Deutsche Bank|Credit Suisse|UBS|Lehman Brothers|Merrill Lynch|Visa
Mastercard|PayPal|Uber|Airbnb|Gazprom|Rosneft|Lukoil|Aramco|ExxonMobil|Chevron|Shell|TotalEnergies|OPEC|NATO|UN
United Nations|EU|European Union|African Union|Arab League|ASEAN|IMF|World Bank|WHO|WTO|UNESCO|UNICEF|UNHCR|Interpol
Europol|Red Cross|Red Crescent|Amnesty International|Human Rights Watch|Greenpeace|Oxfam|Médecins Sans Frontières
Doctors Without Borders|Vatican|Kremlin|White House|Pentagon|Capitol|Downing Street|Whitehall|Bundestag|Bundesrat
Knesset|Duma|State Duma|Dáil|Oireachtas|Sejm|Riksdag|Storting|Folketing|Verkhovna Rada|Rada|Lok Sabha|Rajya Sabha
House of Commons|House of Lords|House of Representatives|Supreme Court|High Court|Court of Appeal|Constitutional Court
Parliament|Congress|Senate|FBI|CIA|NSA|DEA|ICE|TSA|FEMA|EPA|FDA|CDC|IRS|SEC|FCC|KGB|FSB|GRU|MI5|MI6|Mossad|Shin Bet
IDF|Hamas|Hezbollah|Fatah|Taliban|al-Qaeda|al-Qaida|Al-Qaeda|Al Qaeda|ISIS|ISIL|Islamic State|Boko Haram|Al-Shabaab
al-Shabab|PKK|YPG|PLO|ETA|IRA|FARC|Wagner|Gestapo|Luftwaffe|Wehrmacht|Bundeswehr|Red Army|RAF|Royal Navy|Labour
Labour Party|Conservative Party|Liberal Democrats|Green Party|Democratic Party|Republican Party|Communist Party
Socialist Party|Sinn Féin|Fine Gael|Fianna Fáil|Plaid Cymru|SNP|DUP|UKIP|Likud|Kadima|Meretz|Shas|Syriza|Podemos
Ciudadanos|Vox|Forza Italia|Lega|Lega Nord|Five Star Movement|En Marche|National Front|National Rally|SPD|CDU|CSU|FDP
AfD|Die Linke|ÖVP|FPÖ|SPÖ|Fidesz|Jobbik|Batasuna|Bharatiya Janata Party|BJP|Indian National Congress|Shiv Sena
Aam Aadmi Party|ANC|Inkatha|ZANU-PF|Kuomintang|Komeito|Bloc Québécois|Parti Québécois|PASOK|Golden Dawn|Ba'ath Party
Solidarity|United Russia|Yabloko|FIFA|UEFA|IOC|NBA|NFL|NHL|MLB|NCAA|NASCAR|PGA|Premier League|La Liga|Serie A
Bundesliga|Harvard|Yale|Princeton|Stanford|MIT|Oxford University|Cambridge University|UCLA|NYU
""".replace("\n", "|").split("|")
    if line.strip()
)
"""Widely known agencies, media, companies, bodies of state, parties and movements that their words do not give away."""

HEADS_WITH_COMPLEMENTS = _words("""
university college institute academy school bank ministry department council church house city gulf isle isles bay sea
republic kingdom museum board court army party union federation association society bureau office state states chamber
league organization organisation centre center port duchy principality cape strait confederation assembly faculty
gallery hall hospital cathedral basilica secretary
""")

OFFICES = _words("""
td mp mps mep msp mla fellow director spokesman spokeswoman spokesperson analyst adviser advisor aide leader founder
owner editor correspondent reporter counsel treasurer executive researcher scholar manager
""")

AUTHORS_VERBS = _words("write opine")
"""Behind which a name after "in" is more often of what it was written in than of where."""

OBLASTS = _words("region oblast")

HEADS_ANYWHERE = _words("""
league university college institute party ministry army navy federation association
""")

MEMBERSHIP_NOUNS = _words("""
member founder co-founder chairman ceo subsidiary division
""")

RULE_AND_DIRECTION_NOUNS = _words("""
king queen governor mayor president emperor duke north south east west part people coast centre center outskirt
""")

FAMILY_NOUNS = _words("""
son daughter death wife brother sister father mother life
""")

PARTY_WORDS = _words("""
Democrat Democrats Democratic Republican Republicans Labour Tory Tories Conservative Conservatives Whig Whigs GOP
Liberals Greens Socialists Communists Bolsheviks Mensheviks Nazis Likud
""")

NOT_NAMES = _words("""
CPU GPU RAM ROM LED LCD USB HTML HTTP PDF SMS GSM RPG RISC MIDI DVB DDT DDE UV ATV SUV NGO NGOs R&B XI XV ERA RBI
BC AD BCE CE AM PM DVD CD VHS TV LP EP PC FM OK ID IQ PhD MVP CEO CFO COO GDP GPS DNA RNA LGBT LGBTQ AIDS HIV
COVID-19 Covid Covid-19 Internet Web Earth Sun Moon God Mr Mrs Ms Dr I English Sunday Monday Tuesday Wednesday
Thursday Friday Saturday January February March April June July August September October November December
Christmas Easter Ramadan Bible Quran Bachelor Master
""")
