"""Textures of the renderer, all made here: noise, leaves, shop signs. Pure numpy and OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

NOISE_SIZE = 512
_NAME_PX = 20
SIGN_COLUMNS, SIGN_ROWS = 2, 16

_SIGNS = (
    "便民超市",
    "兰州牛肉面",
    "美发造型",
    "惠民大药房",
    "鲜果时光",
    "五金建材",
    "烟酒茶",
    "房产中介",
    "早餐包子铺",
    "打印复印",
    "东关饺子馆",
    "手机维修",
    "母婴生活馆",
    "洗衣店",
    "海鲜水产",
    "宠物医院",
    "文具图书",
    "老字号糕点",
    "快递驿站",
    "沙县小吃",
    "眼镜店",
    "电动车专卖",
    "粮油副食",
    "重庆小面",
    "社区服务站",
    "青澜银行",
    "鲜花坊",
    "口腔门诊",
    "家常菜馆",
    "足疗养生",
    "酸辣粉",
    "品牌折扣",
)
_SIGN_GROUND = (
    (30, 30, 165),
    (120, 60, 20),
    (40, 110, 30),
    (35, 35, 35),
    (20, 100, 190),
    (110, 30, 80),
    (150, 150, 150),
    (90, 20, 20),
)


def noise_texture(seed: int = 1) -> Picture:
    """Four independent tileable fractal noises in RGBA, 0..255."""
    rng = np.random.default_rng(seed)
    layers = []
    for _ in range(4):
        total = np.zeros((NOISE_SIZE, NOISE_SIZE))
        for octave, weight in (
            (4, 0.34),
            (8, 0.25),
            (16, 0.18),
            (32, 0.12),
            (64, 0.07),
            (128, 0.04),
        ):
            grid = rng.random((octave, octave)).astype(np.float32)
            wrapped = np.pad(grid, 2, mode="wrap")
            scale = NOISE_SIZE // octave
            big = cv2.resize(wrapped, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            total += (
                weight * big[2 * scale : 2 * scale + NOISE_SIZE, 2 * scale : 2 * scale + NOISE_SIZE]
            )
        low, high = np.percentile(total, (0.5, 99.5))
        layers.append(np.clip((total - low) / (high - low), 0, 1))
    return np.asarray(np.stack(layers, -1) * 255, np.uint8)


def leaf_texture(seed: int = 2) -> Picture:
    """A clump of leaves, RGBA with alpha."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((128, 128, 4), np.uint8)
    for _ in range(110):
        radius = 50 * np.sqrt(rng.random())
        angle = rng.random() * 2 * np.pi
        centre = (int(64 + radius * np.cos(angle)), int(64 + radius * np.sin(angle)))
        shade = int(rng.uniform(110, 255))
        cv2.ellipse(
            picture,
            centre,
            (int(rng.uniform(5, 10)), int(rng.uniform(3, 5))),
            float(rng.uniform(0, 180)),
            0,
            360,
            (shade, shade, shade, 255),
            -1,
        )
    return picture


def sign_atlas() -> Picture:
    """Shop signs, one a slot of SIGN_COLUMNS × SIGN_ROWS, RGBA."""
    atlas = np.zeros((1024, 1024, 4), np.uint8)
    font = cv2.FontFace("uni")
    height, width = 1024 // SIGN_ROWS, 1024 // SIGN_COLUMNS
    rng = np.random.default_rng(3)
    for index, text in enumerate(_SIGNS):
        slot = np.zeros((height, width, 3), np.uint8)
        ground = _SIGN_GROUND[int(rng.integers(len(_SIGN_GROUND)))]
        slot[:] = ground
        ink = (245, 245, 245) if sum(ground) < 400 else (30, 30, 160)
        if rng.random() < 0.35:
            ink = (60, 220, 250)
        spaced = " ".join(text) if len(text) < 5 else text
        cv2.putText(slot, spaced, (40 if len(text) > 4 else 90, 47), ink, font, 40, 700)
        slot[:3] = slot[-3:] = (200, 200, 200)
        row, column = divmod(index, SIGN_COLUMNS)
        atlas[row * height : (row + 1) * height, column * width : (column + 1) * width, :3] = slot[
            :, :, ::-1
        ]
    atlas[:, :, 3] = 255
    return atlas


def name_overlay(
    text: str, width_px: int, height_px: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The camera's burnt-in name: (alpha, level) planes 0..1; white with a dark rim."""
    font = cv2.FontFace("uni")
    ink = np.zeros((height_px, width_px, 3), np.uint8)
    box = cv2.getTextSize((width_px, height_px), text, (0, 0), font, _NAME_PX, 500)
    left = width_px - 16 - int(box[2])  # walls write their own name at the lower left
    cv2.putText(ink, text, (left, height_px - 20), (255, 255, 255), font, _NAME_PX, 500)
    level = np.asarray(ink[:, :, 0] / 255, np.float32)
    rim = cv2.dilate(level, np.ones((3, 3), np.uint8))
    return np.asarray(np.maximum(level, rim * 0.7), np.float32), level
