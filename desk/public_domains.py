"""Mail domains where anybody can have an address: none of them is an organisation's.

Put together by hand from what the providers themselves offer at registration and as aliases of a mailbox (Mail.ru,
Yandex, Rambler, Google, Microsoft, Apple, Yahoo, Proton and others), November 2026. A domain that is missing here does
harm only when somebody puts it into a client list; one that is here by mistake can be named by its addresses instead.
"""

_RUSSIAN = """
mail.ru inbox.ru list.ru bk.ru internet.ru xmail.ru vk.com mail.ua my.com
yandex.ru ya.ru yandex.com yandex.by yandex.kz yandex.ua yandex.uz narod.ru
rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru rambler.ua
qip.ru pochta.ru nm.ru hotbox.ru front.ru km.ru freemail.ru e1.ru ngs.ru nxt.ru bigmir.net ukr.net
i.ua meta.ua tut.by open.by ok.by mail.kz mail.by inbox.lv inbox.lt inbox.eu
"""
_WORLD = """
gmail.com googlemail.com
outlook.com hotmail.com live.com msn.com outlook.de outlook.fr outlook.es outlook.it hotmail.co.uk hotmail.fr hotmail.de
hotmail.it hotmail.es live.co.uk live.fr live.de live.ru live.nl passport.com windowslive.com
icloud.com me.com mac.com privaterelay.appleid.com
yahoo.com ymail.com rocketmail.com yahoo.co.uk yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.co.jp yahoo.co.in yahoo.ca
yahoo.com.br yahoo.com.au yahoo.in myyahoo.com
aol.com aim.com verizon.net att.net comcast.net sbcglobal.net cox.net
proton.me protonmail.com pm.me protonmail.ch tutanota.com tuta.io tuta.com tutamail.com tutanota.de keemail.me
gmx.de gmx.net gmx.com gmx.at gmx.ch gmx.us web.de t-online.de freenet.de mail.de posteo.de mailbox.org
zoho.com zohomail.com zohomail.eu fastmail.com fastmail.fm hey.com mail.com email.com usa.com post.com europe.com
orange.fr free.fr laposte.net wanadoo.fr sfr.fr libero.it virgilio.it alice.it tiscali.it
wp.pl o2.pl onet.pl interia.pl op.pl seznam.cz email.cz centrum.cz abv.bg
qq.com 163.com 126.com sina.com foxmail.com yeah.net naver.com daum.net hanmail.net rediffmail.com
mailinator.com guerrillamail.com 10minutemail.com temp-mail.org yopmail.com
"""

PUBLIC = frozenset(f"{_RUSSIAN} {_WORLD}".split())


def is_public(domain: str) -> bool:
    """Whether anybody can have an address at this domain (small letters, ASCII form)."""
    return domain in PUBLIC
