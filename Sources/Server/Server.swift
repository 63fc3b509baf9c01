import Hummingbird
import NIOHTTP2
import NIOSSL
