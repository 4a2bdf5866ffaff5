// The page's one form leads to the storefront; without this, its button does.
document.getElementById("to-store").submit();
