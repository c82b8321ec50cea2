"""The text of the privacy policy, version 1.0. A business may have to add to it: the README says so."""

CONTACTS = {"ru": "Кто обрабатывает данные", "en": "Who processes the data"}

POLICY = {
    "ru": (
        "Политика обработки персональных данных",
        (
            "<p>Этот сайт отвечает на вопросы с помощью программы-секретаря. Здесь сказано, какие данные она хранит.</p>"
            "<h2>Что сохраняется</h2><ul>"
            "<li>Ваши сообщения и ответы на них: чтобы продолжить разговор и улучшать ответы.</li>"
            "<li>Контакт, имя и удобное время, если вы сами их написали и согласились, чтобы вам ответил сотрудник.</li>"
            "<li>Отпечаток сетевого адреса (не сам адрес): чтобы защититься от злоупотреблений.</li></ul>"
            "<h2>Зачем и на каком основании</h2><p>Чтобы ответить на ваш вопрос — на основании вашего согласия "
            "(статья 6 Федерального закона № 152-ФЗ). Данные не продаются и не передаются посторонним. Если ответ готовит "
            "внешняя языковая модель, ей передаётся текст разговора.</p>"
            "<h2>Сколько хранится</h2><p>Пока не достигнута цель обработки или пока вы не отзовёте согласие.</p>"
            "<h2>Ваши права</h2><p>Вы можете узнать, какие данные о вас хранятся, исправить их, отозвать согласие и "
            "потребовать удаления: напишите владельцу сайта.</p>"
        ),
    ),
    "en": (
        "Privacy policy",
        (
            "<p>This site answers questions with a secretary program. This page says what it keeps.</p>"
            "<h2>What is kept</h2><ul>"
            "<li>Your messages and the answers: to carry on the conversation and to improve the answers.</li>"
            "<li>Your contact, name and preferred time, if you wrote them yourself and agreed that a person may reply.</li>"
            "<li>A fingerprint of your network address (not the address itself): to prevent abuse.</li></ul>"
            "<h2>Why</h2><p>To answer your question, on the basis of your consent. Nothing is sold or passed to strangers. "
            "If an external language model prepares the answer, it receives the text of the conversation.</p>"
            "<h2>For how long</h2><p>Until the purpose is met or you withdraw your consent.</p>"
            "<h2>Your rights</h2><p>You may ask what is kept about you, have it corrected, withdraw your consent and "
            "demand deletion: write to the owner of the site.</p>"
        ),
    ),
}
