"""Words that the FAQ treats specially: courtesies around a question."""

COURTESIES = frozenset(
    tuple(line.split())
    for line in """
а
и
ну
вот
привет
здравствуйте
здравствуй
приветствую
алло
добрый день
добрый вечер
доброе утро
доброго дня
доброго времени суток
подскажите
подскажи
не подскажете
не подскажешь
скажите
скажи
не скажете
расскажите
пожалуйста
плиз
извините
простите
будьте добры
будьте любезны
если можно
если не сложно
можно узнать
можно спросить
могу я узнать
хочу узнать
хочу спросить
хотел узнать
хотела узнать
хотел бы узнать
хотела бы узнать
хотел спросить
хотела спросить
хотел бы спросить
хотела бы спросить
интересно
интересно узнать
такой вопрос
есть вопрос
вопрос такой
у меня вопрос
у меня такой вопрос
спасибо
спасибо заранее
спасибо большое
большое спасибо
заранее спасибо
благодарю
заранее благодарю
hello
hello there
hi
hi there
hey
good morning
good afternoon
good evening
good day
please
excuse me
sorry
tell me
can you tell me
could you tell me
could you please tell me
can you please tell me
would you tell me
i would like to know
id like to know
i want to know
i wonder
may i ask
can i ask
just wondering
i have a question
a question
so
thanks
thank you
thanks in advance
thank you in advance
many thanks
""".splitlines()
    if line
)
"""Each a sequence of folded words; left out at the beginning and at the end of a message and of a phrasing."""

LONGEST_COURTESY = max(map(len, COURTESIES))
