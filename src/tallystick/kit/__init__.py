"""Small pure pieces that every module may use: ids, time, money, shares, fact schemas. No Django, no I/O."""
