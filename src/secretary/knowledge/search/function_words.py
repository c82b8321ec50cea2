"""Words of a question that say nothing of what it is about, Russian and English, spoken and careless forms included."""

from collections.abc import Set as AbstractSet

from secretary.knowledge.search.tokens import term_of

_WORDS = """
а и но или да нет не ни же ли бы б ведь вот ну то уж еще уже тоже также только лишь даже если чтобы чтоб потому поэтому
в во на с со к ко о об обо от до по из за для без при под над про через между около у
я ты он она оно мы вы они меня мне мной тебя тебе его ему им ее ей нее него них нам нас вам вас вами ними ней себя себе
мой моя мое мои моего моей моих моим твой твоя ваш ваша ваше ваши вашего вашей вашем ваших вашим вашу наш наша наше наши
это этот эта эти этого этой этих этим эту тот та те того той тех такой такая такое такие так там тут здесь сюда туда
что чего чему чем кто кого кому кем какой какая какое какие какого какой каких каким какую какому какова каков
который которая которое которые где куда откуда когда как сколько почему зачем отчего чей чья чье чьи ль
есть быть был была было были будет будут буду будем будете является являются бывает имеется
можно могу можете может можем могут мочь нельзя нужно надо нужен нужна нужны хочу хотим хотел хотела хочется хотелось
подскажите подскажи скажите скажи расскажите объясните напишите пожалуйста плиз спасибо здравствуйте привет добрый день
вечер утро извините простите интересует интересно узнать знать знаете говорят говорите вообще просто очень сейчас
делать сделать делаете делают сделаете вдруг либо нибудь нибуть ваще чё че чо шо скок скока скоко скольк када щас ща
мол типа короче скажем кстати
a an the and or but if so of to in on at by for with from into about over under as than then that this these those it
its is are was were be been being am do does did done have has had having can could will would shall should may might
must i me my mine you your yours he him his she her we us our they them their who whom whose which what when where why
how there here not no yes any some please thanks thank hello hi hey tell know want need like just also get got much many
im id ill whats hows wheres whos dont doesnt cant youre ive
"""

FUNCTION_WORDS: AbstractSet[str] = frozenset(_WORDS.split())
FUNCTION_TERMS: AbstractSet[str] = frozenset(map(term_of, FUNCTION_WORDS))

CONNECTORS: AbstractSet[str] = frozenset({"а", "и", "но", "тогда", "или", "and", "but", "or", "then", "also", "what"})
"""How a question begins that goes on from the one before."""

_POINTERS = """
он она оно они его ее их ему ей им него нее них ней этот эта эти это этого этой тот та там туда такой такая
it its that this those these they them there one ones
"""

POINTERS: AbstractSet[str] = frozenset(_POINTERS.split())
"""Words that mean what was spoken of before."""
