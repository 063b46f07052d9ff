"""Small pieces without Django that every module may use: ids, time, money, shares, fact schemas, text files."""
