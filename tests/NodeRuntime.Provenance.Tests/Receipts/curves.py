"""Signatures that Python's standard library has not: ECDSA over secp256k1 (tag 1) and P-256 (tag 2), Ed25519. Verification only, in no secret's
presence: slow and not in constant time."""
import functools, hashlib

CURVES = {  # tag: p, a, b, n, the generator's x and the last bit of its y
    1: (2**256 - 2**32 - 977, 0, 7, 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141,
        0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798, 0),
    2: (2**256 - 2**224 + 2**192 + 2**96 - 1, -3, 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
        0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551, 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296, 1)}

def point(p, a, b, x, odd):
    y = pow(x * x * x + a * x + b, (p + 1) // 4, p)
    return None if x >= p or (y * y - (x * x * x + a * x + b)) % p else (x, y if y & 1 == odd else p - y)

def add(p, a, A, B):
    if A is None or B is None: return A or B
    if A[0] == B[0] and (A[1] + B[1]) % p == 0: return None
    m = (3 * A[0] * A[0] + a) * pow(2 * A[1], -1, p) if A == B else (B[1] - A[1]) * pow(B[0] - A[0], -1, p)
    x = (m * m - A[0] - B[0]) % p
    return x, (m * (A[0] - x) - A[1]) % p

def multiply(k, A, plus, zero):
    for bit in bin(k)[2:]: zero = plus(plus(zero, zero), A) if bit == "1" else plus(zero, zero)
    return zero

@functools.lru_cache(None)
def ecdsa(key, digest, signature):  # signature: tag, r, s, with s in the low half
    p, a, b, n, *generator = CURVES[key[0]]
    r, s, x = (int.from_bytes(v, "big") for v in (signature[1:33], signature[33:], key[2:]))
    Q = point(p, a, b, x, key[1] & 1)
    if len(signature) != 65 or signature[0] != key[0] or not (0 < r < n and 0 < s <= (n - 1) // 2) or Q is None: return False
    w, plus = pow(s, -1, n), functools.partial(add, p, a)
    R = plus(multiply(int.from_bytes(digest, "big") * w % n, point(p, a, b, *generator), plus, None), multiply(r * w % n, Q, plus, None))
    return R is not None and R[0] % n == r

P, L, D = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, -121665 * pow(121666, -1, 2**255 - 19)

def ed_add(A, B):
    k, x, y = D * A[0] * B[0] * A[1] * B[1], A[0] * B[1] + B[0] * A[1], A[1] * B[1] + A[0] * B[0]
    return x * pow(1 + k, -1, P) % P, y * pow(1 - k, -1, P) % P

def ed_point(data):
    y, sign = int.from_bytes(data, "little") & (1 << 255) - 1, data[31] >> 7
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    x = x if x * x % P == xx else x * pow(2, (P - 1) // 4, P) % P
    return None if y >= P or x * x % P != xx else (x if x & 1 == sign else -x % P, y)

@functools.lru_cache(None)
def ed25519(key, message, signature):  # RFC 8032 section 5.1.7, without the cofactor
    A, s = ed_point(key), int.from_bytes(signature[32:], "little")
    if A is None or s >= L: return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    G, Z = ed_point((4 * pow(5, -1, P) % P).to_bytes(32, "little")), (0, 1)
    x, y = ed_add(multiply(s, G, ed_add, Z), multiply(h, (-A[0] % P, A[1]), ed_add, Z))
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]
