"""The pages a shopper sees, the login by token, and the sign-out."""

import logging
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from bridge.demo.bigcommerce.catalog import PRODUCTS, product
from bridge.demo.bigcommerce.customers import Customer
from bridge.demo.bigcommerce.logins import LoginJudge, LoginRefusedError
from bridge.demo.bigcommerce.shop import Attempt, Shop

_MOST_OF_ONE = 99


def create_storefront(shop: Shop) -> Blueprint:
    """The shop without its management API."""
    front = Blueprint("front", __name__)
    aisles, door = _Aisles(shop), _Door(shop)
    front.app_context_processor(lambda: _everywhere(shop))
    front.add_url_rule("/", view_func=aisles.home)
    front.add_url_rule("/products/<slug>", view_func=aisles.product)
    front.add_url_rule("/cart", view_func=aisles.cart)
    front.add_url_rule("/cart", view_func=aisles.change_cart, methods=["POST"])
    front.add_url_rule("/order", view_func=aisles.order, methods=["POST"])
    front.add_url_rule("/account.php", view_func=door.account)
    front.add_url_rule("/login.php", view_func=door.login)
    front.add_url_rule("/login/token/<token>", view_func=door.login_by_token)
    return front


def _everywhere(shop: Shop) -> dict[str, object]:
    """What every page's template knows."""
    return {
        "store": shop.options,
        "sister": {"name": shop.sister_name, "url": shop.sister_url},
        "customer": _customer(shop),
        "cart_count": sum(_cart().values()),
        "sign_in_url": lambda path: f"{shop.options.bridge_login_url}?{urlencode({'return_to': path})}",
        "sign_out_url": _sign_out_url(shop),
    }


class _Aisles:
    """Looking and buying."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def home(self) -> ResponseReturnValue:
        return render_template("home.html", products=PRODUCTS)

    def product(self, slug: str) -> ResponseReturnValue:
        found = product(slug)
        return abort(404) if found is None else render_template("product.html", product=found)

    def cart(self) -> ResponseReturnValue:
        rows = [(one, _cart()[one.slug]) for one in PRODUCTS if one.slug in _cart()]
        known = _customer(self._shop) is not None
        total = sum((one.contract_price if known else one.price) * count for one, count in rows)
        return render_template("cart.html", rows=rows, total=total)

    def change_cart(self) -> ResponseReturnValue:
        found = product(request.form.get("product", ""))
        if found is None:
            abort(404)
        count = _cart().get(found.slug, 0) + request.form.get("add", 0, type=int)
        cart = {**_cart(), found.slug: min(count, _MOST_OF_ONE)}
        session["cart"] = {slug: count for slug, count in cart.items() if count > 0}
        return redirect("/cart", 303)

    def order(self) -> ResponseReturnValue:
        if _customer(self._shop) is None:
            return redirect("/cart", 303)
        session.pop("cart", None)
        return render_template("ordered.html")


class _Door:
    """Signing in and out."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._judge = LoginJudge(shop.options, shop.customers, shop.now, shop.first_use)
        self._log = logging.getLogger("bridge.demo.bigcommerce")

    def account(self) -> ResponseReturnValue:
        if _customer(self._shop) is None:
            return redirect("/login.php", 302)
        return render_template("account.html")

    def login(self) -> ResponseReturnValue:
        if request.args.get("action") == "logout":
            session.pop("customer_id", None)
            return render_template("signed_out.html", customer=None)
        return render_template("login.html", failed=session.pop("login_failed", False))

    def login_by_token(self, token: str) -> ResponseReturnValue:
        now = self._shop.now()
        try:
            accepted = self._judge.judge(token, browser_ip=request.remote_addr or "")
        except LoginRefusedError as refused:
            self._shop.attempts.append(Attempt(now, False, refused.reason, refused.detail))
            self._log.info("login refused: %s (%s)", refused.reason, refused.detail)
            session["login_failed"] = True  # all that the shopper is told
            return redirect("/login.php", 302)
        who, target = accepted.customer, accepted.redirect_to
        self._shop.attempts.append(Attempt(now, True, "", who.name, who.id, target))
        self._log.info("customer %s signed in, on to %s", who.id, target)
        session["customer_id"], session["signed_in_at"] = who.id, self._shop.now()
        session.pop("login_failed", None)
        return redirect(target, 302)


def _customer(shop: Shop) -> Customer | None:
    """Who is signed in; nobody, once the customer was deleted, or signed out elsewhere."""
    customer_id = session.get("customer_id", 0)
    over = shop.signed_out.since(customer_id, session.get("signed_in_at", 0.0))
    return None if over else shop.customers.get(customer_id)


def _cart() -> dict[str, int]:
    return dict(session.get("cart", {}))


def _sign_out_url(shop: Shop) -> str:
    if not shop.options.bridge_logout_url:
        return "/login.php?action=logout"
    return f"{shop.options.bridge_logout_url}?{urlencode({'return_to': '/'})}"
